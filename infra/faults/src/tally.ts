import { CallerRights, Rights } from '@giaolo/chassis/access';
import { type AggregateSpec, announcement, type Caller } from '@giaolo/chassis/aggregate';
import { wallClock } from '@giaolo/chassis/clock';
import { accept, type Decision, type Patch } from '@giaolo/chassis/decide';
import { counted, tallyState, tester } from '@giaolo/chassis/testing/counter-aggregate';
import { actRecorded, unitChanged } from '@giaolo/chassis/topics';
import { UnitTree } from '@giaolo/chassis/units';

/**
 * What all faults are tried on: every command counts by one, so the answers of one key are 1, 2, 3... and what is there
 * can be held against what was acknowledged. The marks are a collection that comes and goes.
 */
export interface Tally {
  readonly count?: number;
  readonly [mark: `mark:${number}`]: number;
}

type Counted = { readonly type: 'Counted' };

const MARKS = 5;

export const countOne = (_tally: Tally, _command: null): Decision<Counted, never> => accept({ type: 'Counted' });

function evolve({ count = 0 }: Tally): Patch<Tally> {
  const next = count + 1;
  return { count: next, [`mark:${next % MARKS}`]: next, [`mark:${(next + 2) % MARKS}`]: undefined };
}

/** The state after so many commands. */
export function tallyAfter(count: number): Tally {
  const tally: Record<string, number | undefined> = {};
  for (let n = 0; n < count; n++) Object.assign(tally, evolve(tally as Tally));
  return JSON.parse(JSON.stringify(tally)) as Tally;
}

export const tallySpec: AggregateSpec<Tally, Counted> = {
  entity: 'tallies',
  evolve,
  unitOf: () => tester.unit,
  stateTopic: tallyState,
  announce: (_event, { count = 0 }, name) => announcement(counted, name, { count }),
};

/** Audited, like any command from outside. */
export const callerOf = (requestId: string): Caller => ({
  principal: tester,
  authority: new CallerRights(new Rights(new UnitTree(), wallClock), tester, 'anyone'),
  method: 'Count',
  requestId,
});

/** What the tally service sends and reads. */
export const produces = [counted, tallyState, actRecorded] as const;
export const consumes = [unitChanged] as const;
