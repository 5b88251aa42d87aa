import type { Patch } from '@giaolo/chassis/decide';

/** A unit by its name; `validFrom` is the day since which the code means it, YYYY-MM-DD. */
export type UnitKey = { readonly code: string; readonly validFrom: string };

/** From the top down. */
export const levels = ['country', 'province', 'district', 'commune'] as const;
export type Level = (typeof levels)[number];

export type UnitRecord = UnitKey & {
  /** First day on which it is no more; empty while it stands. */
  readonly validTo: string;
  readonly level: Level;
  readonly kind: string;
  readonly displayName: string;
  readonly englishName: string;
  /** Null at the root. */
  readonly parent: UnitKey | null;
  /** Those that took over its area. */
  readonly successors: readonly UnitKey[];
};

/** A unit that was never registered has no field at all. */
export type UnitState = { readonly code?: undefined } | UnitRecord;

export type UnitEvent = { readonly type: 'UnitRegistered' | 'UnitChanged'; readonly record: UnitRecord };

export const evolve = (_: UnitState, { record }: UnitEvent): Patch<UnitRecord> => record;

export const keyOf = ({ code, validFrom }: UnitKey): string => `${code}/${validFrom}`;

export const standsOn = ({ validFrom, validTo }: UnitRecord, day: string): boolean =>
  validFrom <= day && (validTo === '' || day < validTo);

/** As it stands in our CSV, column by column. */
export const columnsOf = (record: UnitRecord): [column: string, text: string][] => [
  ['valid_to', record.validTo],
  ['level', record.level],
  ['kind', record.kind],
  ['name', record.displayName],
  ['english_name', record.englishName],
  ['parent', record.parent ? keyOf(record.parent) : ''],
  ['successors', record.successors.map(keyOf).join(';')],
];
