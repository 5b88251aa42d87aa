import type { IHeaders } from 'kafkajs';
import type { Outgoing } from '../bus.ts';
import type { Instant } from '../clock.ts';

/** A record as a topic has it, as far as it can become a dead letter. */
interface Failed {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
}

/** Which group read it, and where. */
interface ReadBy {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** A record that a group gave up. */
export interface DeadLetter extends ReadBy {
  /** `<group>/<topic>/<partition>/<offset>`, the key of the letter. */
  readonly id: string;
  readonly offset: string;
  /** Of the record itself. */
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When the record was written. */
  readonly timestamp: Instant;
  readonly reason: 'UNREADABLE' | 'UNPROCESSABLE';
  readonly error: string;
  /** How often the group has failed at it. */
  readonly attempt: number;
  /** The letter that was re-driven and failed again as this one. */
  readonly previous: string | undefined;
  /** Its value was too large for a letter: the record cannot be put back from it. */
  readonly isCut: boolean;
}

/** Who deals with a letter, and why. */
export interface DealtWith {
  /** Subject of a principal. */
  readonly by: string;
  readonly why: string;
  readonly at: Instant;
}

const LETTER = 'dead_letter_';
const REDRIVE = 'redrive_';

// A letter must fit into a topic as the record did, whatever the record was: one that does not would be tried for ever.
const LARGEST_VALUE = 700_000;
const MOST_HEADERS = 50;
const LONGEST_NAME = 100;
const LONGEST_TEXT = 1_000;

/**
 * The letter that goes to the topic `deadLetters`: the record as it was, and what became of it in headers. It always has a
 * value, for one without would be the end of a letter. A value that is too large is left out, and stays where it was.
 */
export function deadLetter(
  deadLetters: string,
  { group, topic, partition }: ReadBy,
  { key, value, headers, offset, timestamp }: Failed,
  { reason, error }: Pick<DeadLetter, 'reason' | 'error'>,
): Outgoing {
  const previous = text(headers, 'redrive_id');
  const isTooLarge = value !== null && value.length > LARGEST_VALUE;
  return {
    topic: deadLetters,
    key: `${group}/${topic}/${partition}/${offset}`,
    value: value === null || isTooLarge ? Buffer.alloc(0) : value,
    headers: {
      ...ownHeaders(headers),
      ...(value === null && { dead_letter_value: 'none' }),
      ...(isTooLarge && { dead_letter_value: `left out: ${value.length} bytes` }),
      dead_letter_group: group,
      dead_letter_topic: topic,
      dead_letter_partition: String(partition),
      dead_letter_offset: offset,
      dead_letter_key: originalKey(key, headers).slice(0, LONGEST_TEXT),
      dead_letter_timestamp: text(headers, 'redrive_timestamp') ?? timestamp,
      dead_letter_reason: reason,
      dead_letter_error: error.slice(0, 500),
      dead_letter_attempt: String(Number(text(headers, 'redrive_attempt') ?? 0) + 1),
      ...(previous && { dead_letter_previous: previous }),
    },
  };
}

/** Of the record that failed; none that a letter has itself. */
function ownHeaders(headers: IHeaders): Record<string, string> {
  const names = Object.keys(headers).filter(
    (name) => !name.startsWith(REDRIVE) && !name.startsWith(LETTER) && name.length <= LONGEST_NAME,
  );
  return Object.fromEntries(
    names.slice(0, MOST_HEADERS).map((name) => [name, (text(headers, name) ?? '').slice(0, LONGEST_TEXT)]),
  );
}

/** Reads a letter; undefined for what is none, such as the mark that one was dealt with. */
export function readDeadLetter(record: Pick<Failed, 'key' | 'value' | 'headers'>): DeadLetter | undefined {
  const { key: id, value, headers } = record;
  const of = (name: string) => text(headers, LETTER + name);
  const group = of('group');
  if (group === undefined) return undefined;
  const original: Record<string, string> = {};
  for (const name in headers) if (!name.startsWith(LETTER)) original[name] = text(headers, name) ?? '';
  return {
    id,
    group,
    topic: of('topic') ?? '',
    partition: Number(of('partition')),
    offset: of('offset') ?? '',
    key: of('key') ?? '',
    value: of('value') === 'none' ? null : value,
    headers: original,
    timestamp: Number(of('timestamp')),
    reason: of('reason') === 'UNREADABLE' ? 'UNREADABLE' : 'UNPROCESSABLE',
    error: of('error') ?? '',
    attempt: Number(of('attempt') ?? 1),
    previous: of('previous'),
    isCut: of('value')?.startsWith('left out') ?? false,
  };
}

/**
 * The record of a letter as it goes back to its topic and partition, for its group alone. Its key is its own: under the
 * old one, compaction would take it for the newest.
 */
export const redriven = (letter: DeadLetter, { by, why, at }: DealtWith) => ({
  key: `redrive/${letter.id}/${letter.attempt}`,
  value: letter.value,
  partition: letter.partition,
  headers: {
    ...letter.headers,
    redrive_group: letter.group,
    redrive_id: letter.id,
    redrive_key: letter.key,
    redrive_timestamp: String(letter.timestamp),
    redrive_attempt: String(letter.attempt),
    redrive_by: by,
    redrive_why: why,
    redrive_time: new Date(at).toISOString(),
  },
});

/** Takes a letter out of its topic, and says who did. */
export const settled = ({ id }: DeadLetter, how: 'redriven' | 'discarded', { by, why, at }: DealtWith) => ({
  key: id,
  value: null,
  headers: { settled: how, settled_by: by, settled_why: why, settled_time: new Date(at).toISOString() },
});

/** The group that a record was put back for; it is nobody else's business. */
export const redriveGroup = ({ headers }: { headers?: IHeaders }): string | undefined =>
  headers && text(headers, 'redrive_group');

/** The key that a record has, or had before it was put back. */
export const originalKey = (key: string, headers: IHeaders | undefined): string =>
  (headers && text(headers, 'redrive_key')) ?? key;

export function text(headers: IHeaders, name: string): string | undefined {
  const value = headers[name];
  return value === undefined ? undefined : value.toString();
}
