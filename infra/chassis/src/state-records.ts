import { StateChanged } from '@giaolo/proto/giaolo/chassis/v1/commit';
import type { Instant } from './clock.ts';
import type { OutboxRecord } from './committed.ts';
import type { Json } from './decide.ts';

/** `<domain>.<entity>.state.v<major>` */
export const isStateTopic = (name: string): boolean => /\.state\.v\d+$/.test(name);

type Fields = Readonly<Record<string, Json | undefined>>;

/** Fields with a colon are elements of collections (`bay:17`): there may be thousands, of which one changes. */
export const isElement = (field: string): boolean => field.includes(':');

/**
 * What a commit changed, for the compacted topic from which aggregates are rebuilt: the version with all small fields
 * under the name, and each changed element under a key of its own. So that a change costs what it changes.
 */
export function stateRecords(
  topic: string,
  name: string,
  { version, state, patch, dueAt }: { version: number; state: Fields; patch: Fields; dueAt: Instant | undefined },
): OutboxRecord[] {
  const head: Record<string, string> = {};
  for (const field in state) if (!isElement(field)) head[field] = JSON.stringify(state[field]);
  const records = [record(topic, name, { version, dueAt, fields: head })];
  for (const field in patch) {
    if (!isElement(field)) continue;
    const key = `${name}#${field}`;
    const value = patch[field];
    if (value === undefined) records.push({ topic, key, value: undefined, sequence: version, origin: undefined });
    else records.push(record(topic, key, { version, dueAt: undefined, fields: { [field]: JSON.stringify(value) } }));
  }
  return records;
}

const record = (topic: string, key: string, change: StateChanged): OutboxRecord => ({
  topic,
  key,
  value: StateChanged.encode(change).finish(),
  sequence: change.version,
  origin: undefined,
});
