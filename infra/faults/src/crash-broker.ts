import { startLoad } from './load.ts';
import { nextAcknowledgement } from './outbox-heads.ts';
import { type Context, type Outcome, scenario } from './scenario.ts';
import { ownKafka, type Victim } from './servers.ts';
import { compareAll, makePlace } from './tally-place.ts';
import { startTally } from './tally-replica.ts';
import { startWatcher } from './watcher.ts';

interface Faults {
  readonly faults: number;
  readonly rate: number;
  /** Brings the broker down and up again; resolves when it is back. */
  readonly strike: (kafka: Victim) => Promise<void>;
}

/** Commits go on while there is no broker, and everything reaches it when it is back. */
async function withoutBroker({ faults, rate, strike }: Faults, context: Context): Promise<Outcome> {
  const kafka = await ownKafka(context);
  const place = await makePlace({ kafka: [kafka.address], redis: context.servers.redis });
  const watcher = await startWatcher(context, place);
  const replicas = await Promise.all([startTally(context, place), startTally(context, place)]);
  const load = startLoad(context, () => replicas, { rate, keys: 128, callers: 100 });
  const recoveryMs: number[] = [];
  const consumedMs: number[] = [];
  const idle: string[] = [];
  for (let fault = 1; fault <= faults; fault++) {
    await new Promise((resolve) => setTimeout(resolve, context.random.between(1_000, 3_000)));
    const before = load.acknowledged;
    await strike(kafka);
    const back = performance.now();
    if (load.acknowledged === before) idle.push(`no commit went on during fault ${fault}`);
    const consumed = watcher.next();
    recoveryMs.push((await nextAcknowledgement(context, place)) - back);
    consumedMs.push(await consumed);
    context.report(
      `fault ${fault} of ${faults}: acknowledged again after ${Math.round(recoveryMs.at(-1) as number)} ms`,
    );
  }
  await load.stop();
  const { passedGate, ...found } = await compareAll(place, load, watcher);
  const notes = [
    `a consumer went on ${Math.round(Math.max(...consumedMs))} ms after the broker was back, at most`,
    `${passedGate} repeats came past the sequence check, of a consumer that had to join again`,
  ];
  return { ...found, injected: faults, recoveryMs, broken: [...found.broken, ...idle], notes };
}

export const crashBroker = scenario({
  name: 'crash-broker',
  about: 'kill -9 of Kafka under load, started again in place; from its first answer to the first acknowledgement',
  recovery: { of: 'p99', withinMs: 5_000 },
  withinMs: { short: 180_000, long: 900_000 },
  short: { faults: 1, rate: 500 },
  long: { faults: 10, rate: 1_000 },
  run: (params, context) =>
    withoutBroker(
      {
        ...params,
        strike: async (kafka) => {
          await kafka.kill();
          await kafka.start();
        },
      },
      context,
    ),
});

export const pauseBroker = scenario({
  name: 'pause-broker',
  about: 'Kafka stopped for 15 s (SIGSTOP) under load; from its waking to the first acknowledgement',
  recovery: { of: 'p99', withinMs: 5_000 },
  withinMs: { short: 180_000, long: 900_000 },
  short: { faults: 1, rate: 500 },
  long: { faults: 5, rate: 1_000 },
  run: (params, context) =>
    withoutBroker(
      {
        ...params,
        strike: async (kafka) => {
          kafka.freeze();
          await new Promise((resolve) => setTimeout(resolve, 15_000));
          kafka.thaw();
        },
      },
      context,
    ),
});
