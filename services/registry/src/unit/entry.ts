import type { UnitRecord } from './unit.ts';

/** A unit as a file has it. */
export interface Entry {
  readonly line: number;
  readonly record: UnitRecord;
}

/** Days of units in files that name none. */
export interface Days {
  readonly validFrom: string;
  readonly validTo: string;
}
