import { join } from 'node:path';
import { on } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { connectRedis } from '@giaolo/chassis/redis';
import type { Report } from '@giaolo/local/report';
import { lotChanged } from '@giaolo/topics/topics';
import { feedZip } from '../../services/transit/test/tiny-feed.ts';
import { importFeed } from '../recording/feed.ts';
import { type Happened, judge, plans } from './drill-judge.ts';
import { DrillLoad, openLots } from './drill-load.ts';
import { DrillPlace } from './drill-place.ts';
import { restoreFeedZips } from './feed-zips.ts';
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

async function zipsAreBack(place: DrillPlace, digest: string | undefined): Promise<boolean> {
  const redis = await connectRedis(place.platform.info.redis, 'decisions');
  const kafka = connectKafka({ brokers: place.platform.info.kafka }, 'giaolo-drill');
  const zips = await restoreFeedZips({ kafka, redis, prefix: '' }).finally(() => redis.destroy());
  return zips.some((zip) => zip.digest === digest && zip.bytes !== undefined);
}
