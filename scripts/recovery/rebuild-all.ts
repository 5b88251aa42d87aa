import { isUntouched } from '@giaolo/chassis/kafka/ends';
import { memoryOf } from '@giaolo/chassis/store-memory';
import { restoreFeedZips } from './feed-zips.ts';
import type { Plan } from './plans.ts';
import { type RebuildOptions, type RebuildPlace, type RebuildResult, rebuildService } from './rebuild-service.ts';

const SHOWN = 10;

const print = (text: string) => process.stdout.write(`${text}\n`);
const count = (n: number) => Math.round(n).toLocaleString('en-US');

/** Rebuilds the services side by side and says what came of it; 1 where something is missing in Kafka. */
export async function rebuildAll(place: RebuildPlace, plans: readonly Plan[], how: RebuildOptions): Promise<number> {
  const all = await Promise.allSettled(plans.map(async (plan) => tellRebuilt(await rebuildService(place, plan, how))));
  for (const result of all) if (result.status === 'rejected') throw result.reason;
  return plans.some(({ service }) => service === 'transit') ? restoreZips(place) : 0;
}

/** Those with anything to rebuild, and whose stores nobody decides by already. */
export async function inNeed({ kafka, redis, prefix }: RebuildPlace, plans: readonly Plan[]): Promise<Plan[]> {
  const needy: Plan[] = [];
  for (const plan of plans) {
    const topics = plan.states.map((topic) => prefix + topic);
    if ((await memoryOf(redis, plan.service)) === 'whole') print(`${plan.service}: its store is whole, and left alone`);
    else if (await isUntouched(kafka, topics)) print(`${plan.service}: nothing of it was ever decided`);
    else needy.push(plan);
  }
  return needy;
}

function tellRebuilt({ service, aggregates, deadlines, records, tookMs, hash, raised, setBack }: RebuildResult): void {
  for (const { name, version, raisedFrom } of raised.slice(0, SHOWN))
    print(
      `${service}: ${name} raised from ${raisedFrom} to ${version}: facts of it are on the bus without their state`,
    );
  if (raised.length > SHOWN) print(`${service}: and ${count(raised.length - SHOWN)} more`);
  if (setBack > 0) print(`${service}: its groups read ${count(setBack)} records once more`);
  print(
    `${service}: ${count(aggregates)} aggregates, ${count(deadlines)} deadlines from ${count(records)} records in ` +
      `${(tookMs / 1_000).toFixed(1)} s (${count((records / tookMs) * 1_000)} records/s), hash ${hash.slice(0, 16)}`,
  );
}

async function restoreZips(place: RebuildPlace): Promise<number> {
  const zips = await restoreFeedZips(place);
  for (const { feed, digest, bytes } of zips)
    if (bytes === undefined)
      print(`transit: the zip of ${feed} (${digest.slice(0, 12)}) is NOT in Kafka: import it again`);
    else print(`transit: the zip of ${feed} is there, ${count(bytes)} bytes`);
  return zips.every(({ bytes }) => bytes !== undefined) ? 0 : 1;
}
