import { accept, type Decision } from '@giaolo/chassis/decide';
import { columnsOf, type UnitEvent, type UnitRecord, type UnitState } from './unit.ts';

/** What a file says of a unit becomes what is known of it. */
export function registerUnit(unit: UnitState, record: UnitRecord): Decision<UnitEvent, never> {
  if (unit.code === undefined) return accept({ type: 'UnitRegistered', record });
  const before = new Map(columnsOf(unit));
  const same = columnsOf(record).every(([column, text]) => before.get(column) === text);
  return same ? accept() : accept({ type: 'UnitChanged', record });
}
