import { formatUnit } from '@giaolo/chassis/principal';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { outboxLength, storedAggregates } from '@giaolo/chassis/store-bulk';
import { readRegistry } from '@giaolo/topics/registry';
import type { Acknowledged, DrillLoad } from './drill-load.ts';
import type { DrillPlace } from './drill-place.ts';
import { plansFrom } from './plans.ts';
import { compareService, type RebuildPlace } from './rebuild-service.ts';
import { connectKafka } from './target.ts';

/** When things happened, by performance.now(). */
export interface Happened {
  readonly lost: number;
  /** When a backup was begun. */
  readonly backedUpAt: number | undefined;
}

export const plans = plansFrom(readRegistry());

/** Holds what is there against what callers were told. `heard` is what a consumer knows that hears everything. */
export async function judge(
  place: DrillPlace,
  load: DrillLoad,
  { lost, backedUpAt, again }: Happened & { readonly again: number },
  heard: ReadonlySet<string>,
) {
  const broken: string[] = [];
  const notes: string[] = [];
  const redis = await connectRedis(place.platform.info.redis, 'decisions');
  const kafka = connectKafka({ brokers: place.platform.info.kafka }, 'giaolo-drill');
  try {
    const held = await reservationsIn(redis);
    const gone = load.acknowledged.filter(({ reservation }) => !held.has(reservation));
    const since = (at: number) => Math.max(0, ...gone.map((each) => at - each.at));
    if (gone.some(({ at }) => at >= again)) broken.push('a command that was accepted after the loss is gone');
    if (backedUpAt !== undefined && gone.some(({ at }) => at < backedUpAt - WAITED_MS))
      broken.push('a command that was acknowledged before the backup is gone');
    if (backedUpAt === undefined && since(lost) > WAITED_MS) broken.push('more is gone than what waited in the outbox');
    const unheard = await untilHeard(
      load.acknowledged.filter(({ reservation }) => held.has(reservation)),
      heard,
    );
    if (unheard.length > 0) broken.push(`consumers never heard of ${unheard.length} reservations that stand`);
    const told = gone.filter(({ reservation }) => heard.has(reservation)).length;
    if (told > 0 && backedUpAt === undefined) broken.push(`${told} reservations that are gone are known to consumers`);
    await compareAll({ kafka, redis, prefix: '' }, broken, notes);
    await compareViews(place, broken);
    await verifyChains(place, broken, notes);
    return { lost: gone.length, lostMs: since(lost), broken, notes };
  } finally {
    redis.destroy();
  }
}

const VERIFIED_WITHIN_MS = 60_000;
/** How long a commit waits in the outbox at most, before this is a fault. */
const WAITED_MS = 2_000;

async function reservationsIn(redis: Redis): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { name, fields } of storedAggregates(redis, 'parking'))
    for (const field of fields.keys())
      if (field.startsWith('hold:')) names.add(`${name}/reservations/${field.slice('hold:'.length)}`);
  return names;
}

async function untilHeard(wanted: readonly Acknowledged[], heard: ReadonlySet<string>): Promise<Acknowledged[]> {
  const givenUp = performance.now() + 20_000;
  for (;;) {
    const missing = wanted.filter(({ reservation }) => !heard.has(reservation));
    if (missing.length === 0 || performance.now() > givenUp) return missing;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function compareAll(place: RebuildPlace, broken: string[], notes: string[]): Promise<void> {
  for (const plan of plans) {
    const givenUp = performance.now() + 20_000;
    while ((await outboxLength(place.redis, plan.service)) > 0 && performance.now() < givenUp)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const { differences, aggregates, store } = await compareService(place, plan);
    notes.push(`${plan.service}: ${aggregates} aggregates, hash ${store.slice(0, 12)}`);
    for (const { name, version, other } of differences.slice(0, 3))
      broken.push(`${plan.service}: ${name} is at ${version} in Redis and at ${other} by Kafka`);
  }
}

/** What lists and watches show, which comes from facts, is what was decided. */
async function compareViews(place: DrillPlace, broken: string[]): Promise<void> {
  const parking = place.parking();
  const givenUp = performance.now() + 10_000;
  for (;;) {
    const { lots } = await parking.listLots({ pageSize: 500, pageToken: '' });
    const decided = await Promise.all(lots.map(async ({ name }) => (await parking.getLot({ name })).lot));
    const apart = lots.filter(({ availability }, n) => availability?.reserved !== decided[n]?.availability?.reserved);
    if (apart.length === 0 && lots.length > 0) return;
    if (performance.now() > givenUp) {
      broken.push(`${apart.length} of ${lots.length} lots are listed otherwise than they were decided`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The audit chains are sound, and agree with their anchors. */
async function verifyChains(place: DrillPlace, broken: string[], notes: string[]): Promise<void> {
  const audit = place.audit();
  const { chains } = await audit.listChains({ pageSize: 500, pageToken: '' });
  for (const { unit } of chains) {
    const { links, fault } = await audit.verifyChain({ unit }, { deadlineMs: VERIFIED_WITHIN_MS });
    const name = unit && formatUnit(unit);
    notes.push(`audit: the chain of ${name} has ${links} sound links`);
    if (fault) broken.push(`audit: the chain of ${name} is broken at ${fault.index} (${fault.flaw})`);
  }
}
