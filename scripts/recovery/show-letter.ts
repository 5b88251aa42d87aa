import type { TopicEntry } from '@giaolo/topics/registry';
import * as constants from '@giaolo/topics/topics';
import type { FiledLetter } from './letters.ts';

const SECOND = 1_000;
const UNITS = [
  ['d', 86_400 * SECOND],
  ['h', 3_600 * SECOND],
  ['min', 60 * SECOND],
] as const;

/** How long ago, such as `3 h`. */
export function age(since: number, now: number): string {
  const ago = Math.max(0, now - since);
  const [unit, ms] = UNITS.find(([, least]) => ago >= least) ?? ['s', SECOND];
  return `${Math.floor(ago / ms)} ${unit}`;
}

/** What a list tells of a letter; nothing of what is in it. */
export const summary = (letter: FiledLetter, now: number) => ({
  id: letter.id,
  reason: letter.reason,
  attempt: letter.attempt,
  age: age(letter.buriedAt, now),
  buriedAt: new Date(letter.buriedAt).toISOString(),
  error: letter.error,
  deadLetters: letter.deadLetters,
  bytes: letter.value?.length ?? 0,
});

/** Everything that is known of a letter. The value of a topic with personal data of persons stays where it is. */
export function details(letter: FiledLetter, registry: readonly TopicEntry[], now: number) {
  const classOf = (topic: string) => registry.find(({ name }) => name === topic)?.personalData ?? 'person';
  const masked = [letter.topic, letter.deadLetters].some((topic) => classOf(topic) === 'person');
  return {
    ...summary(letter, now),
    group: letter.group,
    topic: letter.topic,
    partition: letter.partition,
    offset: letter.offset,
    key: letter.key,
    writtenAt: new Date(letter.timestamp).toISOString(),
    ...(letter.previous !== undefined && { previous: letter.previous }),
    headers: letter.headers,
    ...(masked ? { value: 'masked: this topic holds data of persons' } : read(letter)),
  };
}

interface Readable {
  readonly name: string;
  readonly codec?: { decode(bytes: Uint8Array): unknown; toJSON?(message: never): unknown };
}

function read({ topic, value, isCut }: FiledLetter): { value: unknown } | { bytesBase64: string; unreadable: string } {
  if (isCut) return { value: 'left out, being too large: it is where the record was' };
  if (value === null) return { value: null };
  const bytesBase64 = value.toString('base64');
  const { codec } = (Object.values(constants) as Readable[]).find(({ name }) => name === topic) ?? {};
  if (!codec) return { bytesBase64, unreadable: 'no codec is known for this topic' };
  try {
    const message = codec.decode(value);
    return { value: codec.toJSON ? codec.toJSON(message as never) : message };
  } catch (error) {
    return { bytesBase64, unreadable: String(error) };
  }
}
