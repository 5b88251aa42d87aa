import { isDeepStrictEqual } from 'node:util';
import { StateChanged } from '@giaolo/proto/giaolo/chassis/v1/commit';
import type { LogRecord } from './topic-log.ts';

/** The aggregates as the compacted topic would give them back: of every key, the newest record. */
export function rebuilt(records: readonly LogRecord[]): Map<string, Record<string, unknown>> {
  const newest = new Map<string, LogRecord>();
  for (const record of records) newest.set(record.key, record);
  const aggregates = new Map<string, Record<string, unknown>>();
  for (const [key, { value }] of newest) {
    if (value === null) continue;
    const [name = ''] = key.split('#');
    const fields = aggregates.get(name) ?? {};
    aggregates.set(name, fields);
    for (const [field, json] of Object.entries(StateChanged.decode(value).fields)) fields[field] = JSON.parse(json);
  }
  return aggregates;
}

/** Names of the aggregates that would come back other than they are. */
export function differing(
  records: readonly LogRecord[],
  states: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): string[] {
  const aggregates = rebuilt(records);
  return [...states]
    .filter(([name, state]) => !isDeepStrictEqual(aggregates.get(name) ?? {}, state))
    .map(([name]) => name);
}
