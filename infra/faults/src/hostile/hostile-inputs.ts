import { randomUUID } from 'node:crypto';
import { connect } from '@giaolo/chassis/grpc/client';
import { principalIn } from '@giaolo/chassis/principal';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { sampleUnit } from '@giaolo/local/issuer';
import { OpenLotRequest, ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { type Context, type Form, type Outcome, scenario } from '../scenario.ts';
import { barrage } from './barrage.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { holdAll } from './held-listeners.ts';
import { HostileProducer, listening } from './hostile-kafka.ts';
import { type Listener, listenersOf } from './listeners.ts';
import { answersOf, Trial } from './trial.ts';

interface Params {
  /** To each listener. */
  readonly inputs: number;
  readonly form: Form;
  /** Callers who begin and never end. */
  readonly held: number;
}

interface Found {
  readonly injected: number;
  readonly broken: readonly string[];
  readonly notes: readonly string[];
}

const SERVICES = { parking: 1, transit: 1, registry: 1, audit: 1, gateway: 1 };
const HELD_MS = 60_000;
/** A leak would end the process rather than hide in a heap that may grow for long. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };

/**
 * What no client and no service of ours would send, to everything that listens: gRPC, HTTP, probes, tokens, topics. Each
 * input has to be answered in the words of its protocol, and the process to be what it was.
 */
export const hostileInputs = scenario<Params>({
  name: 'hostile-inputs',
  about: 'random, mutated, oversize and deep inputs to every listener',
  withinMs: { short: 240_000, long: 3 * 3_600_000 },
  short: { inputs: 1_000, form: 'short', held: 0 },
  long: { inputs: 100_000, form: 'long', held: 200 },
  run,
});

async function run(params: Params, context: Context): Promise<Outcome> {
  const fleet = await startFleet(context, SERVICES, SMALL_HEAP);
  const [listeners, close] = await listenersOf(fleet);
  context.onEnd(close);
  const found: Found[] = [];
  for (const listener of listeners) found.push(await tryListener(listener, params, context));
  found.push(await tryTopics(fleet, params, context));
  if (params.held > 0) found.push(await tryHeld(fleet, params.held));
  const broken = found.flatMap((each) => each.broken);
  if (broken.length === 0) await goodIsHeard(fleet);
  const injected = found.reduce((sum, each) => sum + each.injected, 0);
  const notes = found.flatMap((each) => each.notes);
  return { injected, operations: 1, lost: 0, duplicated: 0, dropped: 0, recoveryMs: [], broken, notes };
}

async function tryListener(
  { name, replica, attacks, atOnce }: Listener,
  { inputs: count, form }: Params,
  context: Context,
): Promise<Found> {
  const trial = new Trial(replica, form);
  const seed = context.random.between(0, 2 ** 31);
  const result = await barrage({ attacks, count, seed, atOnce, atFifth: () => trial.atFifth() });
  for (const line of answersOf(result)) context.report(`${name}: ${line}`);
  const { broken, note } = await trial.end(name);
  const untyped = result.untyped.map((what) => `${name}, seed ${seed}: ${what}`);
  return { injected: result.sent, broken: [...broken, ...untyped], notes: [note] };
}

/** Records on every topic that a service reads; every group reads on to the end. */
async function tryTopics(fleet: Fleet, { inputs: count, form }: Params, context: Context): Promise<Found> {
  const topics = listening(Object.keys(SERVICES));
  const producer = await HostileProducer.open(fleet);
  context.onEnd(() => producer.close());
  const trials = fleet.replicas.map((replica) => ({ replica, trial: new Trial(replica, form) }));
  const seed = context.random.between(0, 2 ** 31);
  const fifth = Math.floor(count / 5);
  const broken: string[] = [];
  await producer.send(topics, fifth, seed);
  broken.push(...(await producer.untilRead()));
  for (const { trial } of trials) await trial.atFifth();
  await producer.send(topics, count - fifth, seed + fifth);
  broken.push(...(await producer.untilRead()));
  const notes = [`${count} records to ${topics.length} topics, ${producer.refused} of them refused by Kafka`];
  for (const { replica, trial } of trials) {
    const { broken: wrong, note } = await trial.end(`topics of ${replica.service}`);
    broken.push(...wrong);
    notes.push(note);
  }
  return { injected: count, broken, notes };
}

async function tryHeld(fleet: Fleet, count: number): Promise<Found> {
  const results = Object.entries(await holdAll(fleet, count, HELD_MS));
  const broken = results.flatMap(([name, { opened, ended }]) =>
    ended < opened ? [`${name}: ${opened - ended} of ${opened} are still held after ${HELD_MS} ms`] : [],
  );
  const notes = results.map(([name, { opened, lastMs }]) => `${name}: ${opened} let go within ${lastMs} ms`);
  return { injected: results.reduce((sum, [, { opened }]) => sum + opened, 0), broken, notes };
}

/** A command, its event, and the picture that the gateway makes of it. */
async function goodIsHeard(fleet: Fleet): Promise<void> {
  const token = await fleet.issuer.issue(principalIn(sampleUnit, 'user:good', 'operator'));
  const [parking, gateway] = [fleet.of('parking')[0], fleet.of('gateway')[0]];
  const client = connect(ParkingServiceClient, parking?.address ?? '', { token });
  try {
    const lot = { name: 'lots/good', displayName: 'Bãi xe', position: { latitude: 10.3, longitude: 107 }, capacity: 5 };
    await client.openLot(OpenLotRequest.fromPartial({ requestId: randomUUID(), ...lot }), { deadlineMs: 10_000 });
  } finally {
    client.close();
  }
  await eventually('the new lot is in the picture', async () => {
    const answer = await fetch(`http://${gateway?.address}/v1/lots`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.text()).includes('lots/good');
  });
}
