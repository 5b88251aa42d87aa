import { Kafka, logLevel } from 'kafkajs';
import type { Outcome } from '../scenario.ts';
import { type Context, scenario } from '../scenario.ts';
import { openCity } from './city.ts';
import { type Fleet, type Replica, startFleet } from './fleet.ts';
import { Crowd, type CrowdLoad } from './term-crowd.ts';

interface Params extends CrowdLoad {
  /** SIGTERMs of each service. */
  readonly each: number;
  readonly replicas: Readonly<Record<string, number>>;
  readonly pauseMs: number;
  /** Whether an answer that comes too late is a failure: where the machine is our own. */
  readonly mustBeInTime: boolean;
}

const LONGEST_EXIT_MS = 20_000;
const STABLE_WITHIN_MS = 10_000;
const LONGEST_WAIT_MS = 60_000;
/** Between two ends, as `minReadySeconds` of a rollout: who calls has found the new replica by then. */
const CALM_MS = 3_000;

const GROUPS: Readonly<Record<string, string>> = {
  parking: 'parking.occupancy',
  transit: 'transit.progress',
  registry: 'registry.health',
  audit: 'audit.chain',
};

const load = { restPerSecond: 200, grpcPerSecond: 200, eventsPerSecond: 1_000 };
const light = { restPerSecond: 50, grpcPerSecond: 50, eventsPerSecond: 200 };
const some = { parking: 2, transit: 2, gateway: 2 };
const all = { ...some, registry: 2, audit: 2 };

/** Services are ended as a cluster ends them, one replica after the other, under load. */
export const endServices = scenario<Params>({
  name: 'end-services',
  about: 'SIGTERM of a replica; recovery until the consumer group is stable again',
  recovery: { of: 'max', withinMs: STABLE_WITHIN_MS },
  withinMs: { short: 120_000, long: 1_800_000 },
  short: { ...light, replicas: some, each: 1, pauseMs: 1_000, mustBeInTime: false },
  long: { ...load, replicas: all, each: 20, pauseMs: 1_000, mustBeInTime: true },
  run,
});

async function run(params: Params, context: Context): Promise<Outcome> {
  const fleet = await startFleet(context, params.replicas, { GIAOLO_DRAIN_PAUSE_MS: String(params.pauseMs) });
  const city = await openCity(fleet);
  context.onEnd(() => city.close());
  const crowd = new Crowd(city, fleet.of('gateway'), params);
  const exits: number[] = [];
  const recoveryMs: number[] = [];
  const broken: string[] = [];
  try {
    await sleep(CALM_MS);
    for (let round = 0; round < params.each; round++)
      for (const service of Object.keys(params.replicas)) {
        const all = fleet.of(service);
        const replica = all[round % all.length] as Replica;
        const before = crowd.failed;
        crowd.during = `end of ${service}`;
        const exit = await end(replica);
        exits.push(exit.tookMs);
        if (exit.code !== 0) broken.push(`${service} exited with ${exit.code}`);
        if (exit.tookMs > LONGEST_EXIT_MS) broken.push(`${service} took ${exit.tookMs} ms to exit`);
        const group = GROUPS[service];
        if (group) recoveryMs.push(await untilStable(fleet, group, all.length - 1));
        crowd.during = `start of ${service}`;
        await replica.start();
        if (group) await untilStable(fleet, group, all.length);
        crowd.during = 'calm';
        await sleep(CALM_MS);
        context.report(
          `${service} ${round + 1}: exit after ${exit.tookMs} ms, ${crowd.failed - before} calls failed, ${crowd.late} late so far`,
        );
      }
  } finally {
    await crowd.stop();
  }
  const { rest, grpc, failed, late, failures, delays } = crowd;
  const { mustBeInTime } = params;
  return {
    injected: exits.length,
    operations: rest.answered + grpc.answered + crowd.accepted,
    lost: failed + (mustBeInTime ? late : 0),
    duplicated: 0,
    dropped: 0,
    recoveryMs,
    broken: [...broken, ...failures, ...(mustBeInTime ? delays : [])],
    notes: [
      `${rest.answered} REST and ${grpc.answered} gRPC calls, ${crowd.accepted} events reported; lost counts failed calls`,
      `exit after ${Math.max(...exits)} ms at most; ${crowd.resumed} report streams went on at another replica`,
      ...(mustBeInTime ? [] : delays),
    ],
  };
}

async function end({ child }: Replica): Promise<{ code: number | null; tookMs: number }> {
  const began = performance.now();
  child.signal('SIGTERM');
  const { code } = await child.exited;
  return { code, tookMs: Math.round(performance.now() - began) };
}

/** Milliseconds until the group has so many members and all of them have their partitions. */
async function untilStable({ kafka, topicPrefix }: Fleet, group: string, members: number): Promise<number> {
  const began = performance.now();
  const admin = new Kafka({ clientId: 'faults', brokers: [...kafka], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    for (;;) {
      const { groups } = await admin.describeGroups([topicPrefix + group]);
      const [found] = groups;
      const tookMs = performance.now() - began;
      if (found?.state === 'Stable' && found.members.length === members) return tookMs;
      if (tookMs > LONGEST_WAIT_MS)
        throw new Error(`${group} is ${found?.state} with ${found?.members.length} members`);
      await sleep(100);
    }
  } finally {
    await admin.disconnect();
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
