import type { Findings } from '../file/findings.ts';
import { countryKey } from './country.ts';
import type { Entry } from './entry.ts';
import { keyOf, levels, standsOn, type UnitKey, type UnitRecord } from './unit.ts';

/** What is registered already. */
export interface Registered {
  get(unit: UnitKey): UnitRecord | undefined;
  ofCode(code: string): readonly UnitRecord[];
}

/** Judges the units of a file together with those that are registered: the whole must be one tree on every day. */
export function judgeUnits(entries: readonly Entry[], registered: Registered, findings: Findings): void {
  const inFile = new Map<string, Entry>();
  for (const entry of entries) {
    const key = keyOf(entry.record);
    const earlier = inFile.get(key);
    if (earlier)
      findings.error(entry.line, 'code', 'DUPLICATE', `${key} stands in the file twice, first as ${earlier.line}`);
    else inFile.set(key, entry);
  }
  const look = (unit: UnitKey) => inFile.get(keyOf(unit))?.record ?? registered.get(unit);
  for (const { line, record } of inFile.values()) {
    judgeDays(line, record, findings);
    if (record.parent) judgeParent(line, record, look, findings);
    else judgeRoot(line, record, findings);
    judgeSuccessors(line, record, look, findings);
  }
  judgeOverlaps(inFile, registered, findings);
}

type Look = (unit: UnitKey) => UnitRecord | undefined;

function judgeDays(line: number, { validFrom, validTo }: UnitRecord, findings: Findings): void {
  if (validTo !== '' && validTo <= validFrom)
    findings.error(line, 'valid_to', 'ENDS_TOO_EARLY', 'must be a day after valid_from');
}

function judgeRoot(line: number, record: UnitRecord, findings: Findings): void {
  if (keyOf(record) !== keyOf(countryKey) || record.level !== 'country')
    findings.error(line, 'parent_code', 'PARENT_MISSING', `only ${keyOf(countryKey)}, the country, has no parent`);
}

function judgeParent(line: number, record: UnitRecord, look: Look, findings: Findings): void {
  const parentKey = record.parent as UnitKey;
  const parent = look(parentKey);
  const error = (code: string, message: string) => findings.error(line, 'parent_code', code, message);
  if (!parent) error('PARENT_UNKNOWN', `${keyOf(parentKey)} is neither in the file nor registered`);
  else if (isInCycle(record, look)) error('CYCLE', `${keyOf(record)} lies below itself`);
  else if (levels.indexOf(record.level) <= levels.indexOf(parent.level))
    findings.error(line, 'level', 'LEVEL_NOT_BELOW', `a ${record.level} cannot lie in a ${parent.level}`);
  else if (!standsOn(parent, record.validFrom))
    error('PARENT_NOT_IN_FORCE', `${keyOf(parentKey)} does not stand on ${record.validFrom}`);
  else if (parent.validTo !== '' && (record.validTo === '' || record.validTo > parent.validTo))
    findings.warn(line, 'valid_to', 'OUTLIVES_PARENT', `${keyOf(parentKey)} ends on ${parent.validTo}`);
}

function isInCycle(record: UnitRecord, look: Look): boolean {
  const seen = new Set<string>();
  for (let at = record.parent; at && !seen.has(keyOf(at)); at = look(at)?.parent ?? null) {
    if (keyOf(at) === keyOf(record)) return true;
    seen.add(keyOf(at));
  }
  return false;
}

function judgeSuccessors(line: number, { validTo, successors }: UnitRecord, look: Look, findings: Findings): void {
  const error = (code: string, message: string) => findings.error(line, 'successors', code, message);
  if (validTo === '' && successors.length > 0) error('NOT_ENDED', 'a unit that stands has no successors');
  for (const key of successors) {
    const successor = look(key);
    if (!successor) error('SUCCESSOR_UNKNOWN', `${keyOf(key)} is neither in the file nor registered`);
    else if (validTo !== '' && !standsOn(successor, validTo))
      error('SUCCESSOR_NOT_IN_FORCE', `${keyOf(key)} does not stand on ${validTo}`);
  }
}

/** On any day, a code means one unit at most. */
function judgeOverlaps(inFile: ReadonlyMap<string, Entry>, registered: Registered, findings: Findings): void {
  const byCode = new Map<string, Entry[]>();
  for (const entry of inFile.values()) byCode.set(entry.record.code, [...(byCode.get(entry.record.code) ?? []), entry]);
  for (const [code, entries] of byCode) {
    const others = registered.ofCode(code).filter((record) => !inFile.has(keyOf(record)));
    const all = [...entries, ...others.map((record) => ({ line: undefined, record }))];
    all.sort((a, b) => (a.record.validFrom < b.record.validFrom ? -1 : 1));
    for (const [i, { line, record }] of all.entries()) {
      const next = all[i + 1];
      if (!next || (record.validTo !== '' && record.validTo <= next.record.validFrom)) continue;
      const message = `${keyOf(record)} and ${keyOf(next.record)} are in force at the same time`;
      findings.error(line ?? next.line ?? 0, 'valid_to', 'OVERLAP', message);
    }
  }
}
