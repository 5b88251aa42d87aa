import { join } from 'node:path';
import { on } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { formatUnit } from '@giaolo/chassis/principal';
import { connectRedis, type Redis } from '@giaolo/chassis/redis';
import { outboxLength, storedAggregates } from '@giaolo/chassis/store-bulk';
import type { Report } from '@giaolo/local/report';
import { readRegistry } from '@giaolo/topics/registry';
import { lotChanged } from '@giaolo/topics/topics';
import { feedZip } from '../../services/transit/test/tiny-feed.ts';
import { importFeed } from '../recording/feed.ts';
import { type Acknowledged, DrillLoad, openLots } from './drill-load.ts';
import { DrillPlace } from './drill-place.ts';
import { restoreFeedZips } from './feed-zips.ts';
import { plansFrom } from './plans.ts';
import { compareService, type RebuildPlace } from './rebuild-service.ts';
import { connectKafka } from './target.ts';

export interface DrillOptions {
  readonly rate: number;
  readonly lots: number;
  readonly callers: number;
  /** How long commands are given before the loss (and before the backup), and after it. */
  readonly workMs: number;
  readonly report: Report;
}

/** What a loss did, by comparison with what callers were told. */
export interface DrillResult {
  readonly drill: string;
  /** Commands that were acknowledged, before and after the loss. */
  readonly commands: number;
  /** Recovery point: of the commands acknowledged before the loss, those that are gone, and how far back they reach. */
  readonly lost: number;
  readonly lostMs: number;
  /** Recovery time: from the loss to the first command that was accepted again. */
  readonly recoveryMs: number;
  /** Promises that were broken; empty = passed. */
  readonly broken: readonly string[];
  readonly notes: readonly string[];
}

const WITHIN_MS = 120_000;

const plans = plansFrom(readRegistry());

/** The durable store is lost with its disk, while commands come in; Kafka stays. */
export const redisLost = (options: DrillOptions): Promise<DrillResult> =>
  drill('durable Redis lost, rebuilt from Kafka', options, async (place, { loss }) => {
    const lost = loss();
    await place.lose('redis');
    options.report('the durable Redis is killed and its disk is gone');
    await place.startServers('redis');
    const deciding = plans.map(({ service }) => service);
    const restarted = Promise.all(deciding.map((name) => place.untilRestarted(name)));
    await Promise.all([place.run('rebuild'), restarted]);
    return { lost, backedUpAt: undefined };
  });

/** Everything is lost but a backup that was taken while commands came in. */
export const everythingLost = (options: DrillOptions): Promise<DrillResult> =>
  drill('Kafka and Redis lost, restored from a backup', options, async (place, { loss, work }) => {
    const dir = join(place.dir, 'backup');
    const backedUpAt = performance.now();
    await place.run('backup', dir);
    await work();
    const lost = loss();
    await place.killServices();
    await place.lose('kafka', 'redis', 'redis-live');
    options.report('every process is killed and all disks are gone');
    await place.startServers('kafka', 'redis', 'redis-live');
    await place.run('restore', dir);
    await Promise.all(Object.keys(place.platform.info.ops).map((name) => place.platform.restart(name)));
    return { lost, backedUpAt };
  });

interface Acts {
  /** Notes the moment of the loss. */
  loss(): number;
  /** Lets commands come in for a while. */
  work(): Promise<void>;
}

interface Happened {
  readonly lost: number;
  readonly backedUpAt: number | undefined;
}

async function drill(
  name: string,
  options: DrillOptions,
  act: (place: DrillPlace, acts: Acts) => Promise<Happened>,
): Promise<DrillResult> {
  const place = new DrillPlace(options.report);
  try {
    await place.open();
    const feed = await importFeed(place.transit(), 'feeds/drill', feedZip(), AbortSignal.timeout(WITHIN_MS));
    const parking = place.parking();
    const load = new DrillLoad(parking, await openLots(parking, options.lots), options);
    const work = () => new Promise<void>((resolve) => setTimeout(resolve, options.workMs));
    await work();
    const { lost, backedUpAt } = await act(place, { work, loss: () => performance.now() });
    const again = await firstAfter(load, lost);
    options.report(`commands are accepted again after ${((again - lost) / 1_000).toFixed(1)} s`);
    const heard = await listen(place);
    await work();
    await load.stop();
    const findings = await judge(place, load, { lost, backedUpAt, again }, heard.reservations);
    await heard.stop();
    if (!(await zipsAreBack(place, feed.feed?.digest))) findings.broken.push('the schedule in force has lost its zip');
    const refusals = [...load.refusals].map(([why, count]) => `${why} ${count}`).join(', ');
    const notes = [...findings.notes, `refused meanwhile: ${refusals || 'none'}`];
    const commands = load.acknowledged.length;
    return { drill: name, commands, recoveryMs: again - lost, ...findings, notes };
  } finally {
    await place.end();
  }
}

async function firstAfter({ acknowledged }: DrillLoad, lost: number): Promise<number> {
  const givenUp = performance.now() + WITHIN_MS;
  for (;;) {
    // A call that was under way may still be answered.
    const first = acknowledged.find(({ at }) => at > lost + 500);
    if (first) return first.at;
    if (performance.now() > givenUp) throw new Error('no command was accepted again');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A consumer that has heard everything from the start, and drops repeats as every consumer does. */
async function listen(place: DrillPlace) {
  const reservations = new Set<string>();
  const letters = { name: 'parking.occupancy.dead-letters.v1' };
  const bus = openKafkaBus({
    service: 'drill',
    brokers: place.platform.info.kafka.split(','),
    clock: wallClock,
    topicPrefix: '',
    produces: [letters],
    consumes: [lotChanged],
  });
  const hear = on(lotChanged, async (batch) => {
    for (const { value } of batch)
      if (value.fact?.$case === 'spaceReserved') reservations.add(value.fact.value.reservation?.name ?? '');
  });
  await bus.consume({ group: 'drill.listener', deadLetters: letters.name, handlers: [hear] });
  return { reservations, stop: () => bus.close() };
}

async function judge(
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
    const since = (at: number) => (gone.length === 0 ? 0 : at - Math.min(...gone.map((each) => each.at)));
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
    const { links, fault } = await audit.verifyChain({ unit }, { deadlineMs: WITHIN_MS });
    const name = unit && formatUnit(unit);
    notes.push(`audit: the chain of ${name} has ${links} sound links`);
    if (fault) broken.push(`audit: the chain of ${name} is broken at ${fault.index} (${fault.flaw})`);
  }
}

async function zipsAreBack(place: DrillPlace, digest: string | undefined): Promise<boolean> {
  const redis = await connectRedis(place.platform.info.redis, 'decisions');
  const kafka = connectKafka({ brokers: place.platform.info.kafka }, 'giaolo-drill');
  const zips = await restoreFeedZips({ kafka, redis, prefix: '' }).finally(() => redis.destroy());
  return zips.some((zip) => zip.digest === digest && zip.bytes !== undefined);
}
