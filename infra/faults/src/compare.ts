import type { LogRecord } from './topic-log.ts';

/** What was found when the model was held against what is there. */
export interface Found {
  readonly lost: number;
  readonly duplicated: number;
  readonly broken: readonly string[];
}

const TOLD = 5;

/** A list that tells the first of many. */
export function told(what: string, cases: readonly string[]): string[] {
  if (cases.length === 0) return [];
  const more = cases.length > TOLD ? ` and ${cases.length - TOLD} more` : '';
  return [`${what}: ${cases.slice(0, TOLD).join(', ')}${more}`];
}

/**
 * Holds the answers of all callers against the events on the bus and the states in the store. Every command was asked
 * until it was answered, so there must be as many counts as answers, each told once, each on the bus, first appearances
 * in order.
 */
export function compare(
  answers: ReadonlyMap<string, readonly number[]>,
  events: readonly LogRecord[],
  states: ReadonlyMap<string, number>,
): Found {
  const lost: string[] = [];
  const twice: string[] = [];
  const extra: string[] = [];
  const log = readEvents(events);
  for (const [key, counts] of answers) {
    const name = `tallies/${key}`;
    const distinct = new Set(counts);
    if (distinct.size < counts.length) twice.push(key);
    const state = states.get(key) ?? 0;
    for (const count of distinct) if (count > state || !log.ids.has(`${name}@${count}`)) lost.push(`${name}@${count}`);
    if (state > counts.length) extra.push(`${key}: ${state} for ${counts.length} answers`);
  }
  return {
    lost: lost.length,
    duplicated: log.duplicated,
    broken: [
      ...told('not there though acknowledged', lost),
      ...told('answered the same count to two requests', twice),
      ...told('counted more often than asked', extra),
      ...told('out of order', log.disordered),
      ...told('one id for two contents', log.forged),
    ],
  };
}

/** Ids, repeats, and first appearances that did not come in order. */
function readEvents(events: readonly LogRecord[]) {
  const ids = new Map<string, string>();
  const last = new Map<string, number>();
  const disordered: string[] = [];
  const forged: string[] = [];
  let duplicated = 0;
  for (const { key, value, headers } of events) {
    const [id = '', sequence] = [headers['ce_id'], Number(headers['ce_sequence'])];
    const content = `${sequence} ${value}`;
    const before = ids.get(id);
    if (before !== undefined) {
      duplicated++;
      if (before !== content) forged.push(id);
      continue;
    }
    ids.set(id, content);
    if (sequence !== (last.get(key) ?? 0) + 1) disordered.push(id);
    last.set(key, sequence);
  }
  return { ids, duplicated, disordered, forged };
}
