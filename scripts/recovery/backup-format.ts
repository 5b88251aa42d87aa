import type { Retained } from '@giaolo/chassis/kafka/scan';
import { z } from 'zod';

const file = z.strictObject({
  /** From the folder of the backup. */
  path: z.string(),
  partition: z.int(),
  /** The first offset that was retained, and the one after the last. */
  from: z.string(),
  to: z.string(),
  records: z.int(),
  bytes: z.int(),
  sha256: z.string(),
});

const manifest = z.strictObject({
  format: z.literal(1),
  /** What was acknowledged to its producer before this is in the backup. */
  takenAt: z.string(),
  clusterId: z.string(),
  topics: z.array(z.strictObject({ topic: z.string(), partitions: z.int(), files: z.array(file) })),
});

export type BackupFile = z.infer<typeof file>;
/** `manifest.json`, written last: a folder without it is no backup. */
export type Manifest = z.infer<typeof manifest>;

export const readManifest = (text: string): Manifest => manifest.parse(JSON.parse(text));

/** A record as a file has it: one line of JSON; the value in base64. */
export interface KeptRecord {
  readonly offset: string;
  readonly timestamp: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export function lineOf({ offset, timestamp, key, value, headers }: Retained): string {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
  const line = { o: String(offset), t: timestamp, k: key, v: value?.toString('base64') ?? null, h: texts };
  return `${JSON.stringify(line)}\n`;
}

export function readLine(line: string): KeptRecord {
  const { o, t, k, v, h } = JSON.parse(line);
  return { offset: o, timestamp: t, key: k, value: v === null ? null : Buffer.from(v, 'base64'), headers: h };
}
