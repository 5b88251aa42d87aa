import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { wallClock } from '../src/clock.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import { type CommitResult, shardOf, shardTag } from '../src/store.ts';
import { redisStore } from '../src/store-redis.ts';
import { brokers, namespace } from '../src/testing/brokers.ts';
import { DecisionStoreModel } from '../src/testing/simulator/decision-store.ts';
import { NO_FAULTS } from '../src/testing/simulator/faults.ts';
import { Simulation } from '../src/testing/simulator/simulation.ts';

const service = namespace('model');
let redis: Redis;
beforeAll(async () => {
  redis = await connectRedis(brokers().redis, 'decisions');
});
afterAll(() => redis.destroy());

const DUE_AT = Date.UTC(2030, 0, 1);
const commit = fc.record({
  /** Upon the version that is there, or one before it. */
  isUpToDate: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  events: fc.nat(3),
  field: fc.constantFrom('a', 'b', 'hold:1'),
  value: fc.option(fc.nat(9), { nil: undefined }),
  requests: fc.uniqueArray(fc.constantFrom('r1', 'r2', 'r3', 'r4'), { maxLength: 2 }),
  dueAt: fc.option(fc.nat(5), { nil: undefined }),
  /** Far enough from the limit on either side. */
  skewMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-90_000, 90_000) },
  ),
});

test('the model of the store says and keeps what Redis says and keeps, whatever is committed', async () => {
  const real = redisStore(redis, service, wallClock);
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 25 }), async (commits) => {
      const name = `things/${namespace('x')}`;
      const simulation = new Simulation(1, { faults: NO_FAULTS, origin: Date.now() });
      const model = new DecisionStoreModel<Record<string, number>, null>(simulation, () => {});
      const said: CommitResult['status'][][] = [];
      for (const { isUpToDate, events, field, value, requests, dueAt: due, skewMs } of commits) {
        const { version: known } = await real.load(name);
        const expectedVersion = isUpToDate ? known : Math.max(0, known - 1);
        const shared = {
          name,
          expectedVersion,
          version: expectedVersion + events,
          patch: { [field]: value },
          dueAt: due === undefined ? undefined : DUE_AT + due,
        };
        const answers = requests.map((request) => ({ key: `${name}/${request}`, answer: 'x' }));
        const settled = requests.map((request) => {
          const ask = {
            name,
            method: '',
            requestKey: request,
            command: null,
            decide: () => never(),
            answer: () => null,
          };
          return { ask, outcome: { accepted: true as const, answer: null }, events: [] };
        });
        const facts = Array.from({ length: events }, (_, i) => ({
          key: name,
          sequence: expectedVersion + i + 1,
          value: null,
        }));
        const { status } = await real.commit({ ...shared, records: [], answers, decidedAt: real.now() + skewMs });
        const { status: modelled } = model.commit({ ...shared, facts, settled, decidedAt: simulation.now + skewMs });
        said.push([status, modelled]);
      }
      expect(said.map(([, modelled]) => modelled)).toEqual(said.map(([status]) => status));
      const { version, fields } = await real.load(name);
      const { version: modelVersion, state } = model.load(name);
      const tag = shardTag(service, shardOf(name));
      const dueAt = await redis.zScore(`${tag}due`, `${tag}${name}`);
      expect([modelVersion, state, model.peek(name)?.dueAt]).toEqual([version, fields, dueAt ?? undefined]);
    }),
    { numRuns: 40 },
  );
});

const never = (): never => {
  throw new Error('nothing is decided here');
};
