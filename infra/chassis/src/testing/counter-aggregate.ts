import { type AggregateSpec, announcement } from '../aggregate.ts';
import type { Codec, Topic } from '../bus.ts';
import { accept, type Decision, refuse } from '../decide.ts';
import type { Principal } from '../principal.ts';

/** The smallest aggregate that can refuse: a tally with a limit, to test the mechanisms with. */
export interface Tally {
  readonly count?: number;
}
export type Counted = { type: 'Counted'; by: number };
export type Count = { by: number };

export const jsonCodec = <T>(): Codec<T> => ({
  encode: (message) => ({ finish: () => Buffer.from(JSON.stringify(message)) }),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
});

export const counted: Topic<{ count: number }> = { name: 'test.tally.counted.v1', codec: jsonCodec() };

export const tallyState = { name: 'test.tally.state.v1' };

export const TALLY_LIMIT = 1_000_000;

export const tallySpec: AggregateSpec<Tally, Counted> = {
  entity: 'tallies',
  evolve: (tally, { by }) => ({ count: (tally.count ?? 0) + by }),
  unitOf: () => tester.unit,
  stateTopic: tallyState,
  announce: (_event, after, name) => announcement(counted, name, { count: after.count ?? 0 }),
};

export function count(tally: Tally, { by }: Count): Decision<Counted, 'NOT_POSITIVE' | 'OVER_LIMIT'> {
  if (by < 0) return refuse('NOT_POSITIVE');
  if ((tally.count ?? 0) + by > TALLY_LIMIT) return refuse('OVER_LIMIT');
  return by === 0 ? accept() : accept({ type: 'Counted', by });
}

export const tester: Principal = {
  subject: 'user:tester',
  unit: { code: '79', validFrom: '2025-07-01' },
  grants: [{ role: 'operator', unit: { code: '79', validFrom: '2025-07-01' } }],
};

export const newCount = (tally: Tally): number => tally.count ?? 0;
