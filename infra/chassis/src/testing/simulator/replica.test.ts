import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgedBefore } from '../../access.ts';
import { Handler } from '../../handle.ts';
import {
  type Count,
  type Counted,
  count,
  counted,
  newCount,
  type Tally,
  tallySpec,
  tester,
} from '../counter-aggregate.ts';
import { FixedClock } from '../fixed-clock.ts';
import { memoryStore } from '../memory-store.ts';
import { DecisionStoreModel } from './decision-store.ts';
import { NO_FAULTS } from './faults.ts';
import type { Entry } from './log.ts';
import { Process } from './process.ts';
import { Replica } from './replica.ts';
import { Simulation } from './simulation.ts';

const ask = fc.record({
  by: fc.constantFrom(-1, 0, 1, 400_000),
  /** Few, so that they come again, with the same body or another. */
  requestId: fc.option(fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6'), { nil: undefined }),
  name: fc.constantFrom('a', 'b'),
});
type Asked = typeof ask extends fc.Arbitrary<infer A> ? A : never;
const together = fc.record({ replica: fc.nat(1), asks: fc.array(ask, { minLength: 1, maxLength: 90 }) });
const histories = fc.array(together, { maxLength: 12 });

/** What every caller hears, and what every aggregate and the outbox have in the end. */
interface Seen {
  readonly heard: unknown[];
  readonly facts: unknown[];
  readonly states: unknown[];
}

async function byHandlers(history: readonly { replica: number; asks: readonly Asked[] }[]): Promise<Seen> {
  const facts: unknown[] = [];
  const store = memoryStore(new FixedClock(0), ({ topic, key, sequence, value }) => {
    if (topic === counted.name) facts.push([key, sequence, counted.codec.decode(value as Uint8Array).count]);
  });
  const replicas = [new Handler(tallySpec, store), new Handler(tallySpec, store)];
  const heard: unknown[] = [];
  for (const { replica, asks } of history) {
    const handler = replicas[replica] as Handler<Tally, Counted>;
    const results = asks.map(({ name, by, requestId }) => {
      const caller = { principal: tester, authority: judgedBefore, method: 'Count', requestId };
      return handler.handle(name, count, { by }, caller, newCount).catch(({ reason }) => ({ error: reason }));
    });
    heard.push(...(await Promise.all(results)));
  }
  const states = await Promise.all(['a', 'b'].map(async (id) => (await replicas[0]?.load(id)) ?? {}));
  return { heard, facts: facts.sort(), states };
}

function byModel(history: readonly { replica: number; asks: readonly Asked[] }[]): Seen {
  const simulation = new Simulation(1, { faults: NO_FAULTS });
  const facts: Entry<Counted>[] = [];
  const store = new DecisionStoreModel<Tally, Counted>(simulation, (draft) => facts.push(...draft.facts));
  const aggregate = { evolve: tallySpec.evolve, nextDeadline: () => undefined };
  const replicas = [0, 1].map(
    (i) => new Replica(new Process(simulation, `replica ${i}`), simulation, aggregate, store, () => {}),
  );
  const commands = new Map<number, Count>([-1, 0, 1, 400_000].map((by) => [by, { by }]));
  const heard: unknown[] = [];
  for (const { replica, asks } of history) {
    const start = heard.length;
    for (const [i, { name, by, requestId }] of asks.entries()) {
      const asked = {
        name: `tallies/${name}`,
        method: 'Count',
        requestKey: requestId && `${name}/${requestId}`,
        command: commands.get(by),
        decide: count,
        answer: newCount,
      };
      replicas[replica]?.handle(asked, (answer) => {
        heard[start + i] = answer;
      });
    }
    simulation.settle(60_000);
  }
  const tallies = new Map<string, number>();
  const told = facts.map(({ key, sequence, value }) => {
    tallies.set(key, (tallies.get(key) ?? 0) + value.by);
    return [key, sequence, tallies.get(key)];
  });
  return { heard, facts: told.sort(), states: ['a', 'b'].map((id) => store.load(`tallies/${id}`).state) };
}

test('replicas of the model and real handlers answer the same, and leave the same behind', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      expect(byModel(history)).toEqual(await byHandlers(history));
    }),
    { numRuns: 200 },
  );
});
