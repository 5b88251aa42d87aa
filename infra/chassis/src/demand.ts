import type { Instant } from './clock.ts';
import { type FieldViolation, requestInvalid } from './errors.ts';

export type Check = readonly [ok: boolean, description: string];

/** Checks of a request by the path of the field. Throws REQUEST_INVALID naming every one that failed. */
export function demand(checks: Readonly<Record<string, Check>>): void {
  const violations: FieldViolation[] = [];
  for (const [field, [ok, description]] of Object.entries(checks)) if (!ok) violations.push({ field, description });
  if (violations.length > 0) throw requestInvalid(violations);
}

const REQUEST_ID = /^[\x21-\x7e]{1,64}$/;

export const aRequestId = (text: string): Check => [
  REQUEST_ID.test(text),
  'must be 1 to 64 printable characters, no space',
];

/** A date of the wire; undefined when it is missing or beyond what a date can be. */
export function instantOf(date: Date | undefined): Instant | undefined {
  const at = date?.getTime();
  return at === undefined || Number.isNaN(at) ? undefined : at;
}

/** The reasons of a generated `ErrorReason`, as they stand on the wire. */
export type ReasonOf<Enum> = keyof Enum extends infer Name
  ? Name extends `ERROR_REASON_${infer Reason}`
    ? Exclude<Reason, 'UNSPECIFIED'>
    : never
  : never;
