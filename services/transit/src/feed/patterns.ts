import { type IntRows, SEQUENCE } from './int-rows.ts';
import { STOP } from './read-stop-times.ts';
import type { Patterns } from './timetable-data.ts';
import type { TripTimes } from './trip-times.ts';

/** Finds the distinct sequences of stops; `of[t]` is the pattern of trip `t`. */
export function findPatterns(rows: IntRows, { start, order }: TripTimes): Patterns & { of: Int32Array } {
  const of = new Int32Array(start.length - 1);
  const byHash = new Map<number, number[]>();
  const starts = [0];
  const stop: number[] = [];
  const sequence: number[] = [];

  const equals = (pattern: number, first: number, end: number): boolean => {
    const at = starts[pattern] as number;
    if ((starts[pattern + 1] as number) - at !== end - first) return false;
    for (let i = 0; i < end - first; i++) {
      const row = order[first + i] as number;
      if (stop[at + i] !== rows.at(row, STOP) || sequence[at + i] !== rows.at(row, SEQUENCE)) return false;
    }
    return true;
  };

  for (let trip = 0; trip < of.length; trip++) {
    const first = start[trip] as number;
    const end = start[trip + 1] as number;
    let hash = end - first;
    for (let i = first; i < end; i++) {
      const row = order[i] as number;
      hash = Math.imul(hash ^ rows.at(row, STOP), 0x01000193) ^ rows.at(row, SEQUENCE);
    }
    const alike = byHash.get(hash) ?? [];
    let pattern = alike.find((candidate) => equals(candidate, first, end));
    if (pattern === undefined) {
      pattern = starts.length - 1;
      for (let i = first; i < end; i++) {
        stop.push(rows.at(order[i] as number, STOP));
        sequence.push(rows.at(order[i] as number, SEQUENCE));
      }
      starts.push(stop.length);
      byHash.set(hash, [...alike, pattern]);
    }
    of[trip] = pattern;
  }
  return { of, start: Int32Array.from(starts), stop: Int32Array.from(stop), sequence: Int32Array.from(sequence) };
}
