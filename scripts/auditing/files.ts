import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { linkMessage, linkOf } from '@giaolo/audit/adapters/wire';
import type { Link } from '@giaolo/audit/chain/link';
import { Trouble } from '@giaolo/local/trouble';
import { ActRecorded, ChainAnchored, ChainExtended } from '@giaolo/proto/giaolo/audit/v1/audit_events';

/** A link of a file, and where it stands there. */
export interface FileLink extends Link {
  readonly line: number;
}

/** `ChainExtended` as JSON, and for people the act that its bytes hold; that is not read back. */
export const linkJson = (link: Link): object => ({
  ...(ChainExtended.toJSON(linkMessage(link)) as object),
  record: told(link.act),
});

const told = (act: Uint8Array): unknown => {
  try {
    return ActRecorded.toJSON(ActRecorded.decode(act));
  } catch {
    return 'does not decode';
  }
};

/** `ChainAnchored` as JSON. */
export const anchorJson = (anchor: ChainAnchored): unknown => ChainAnchored.toJSON(anchor);

/** One item a line; answers how many there were. */
export async function writeLines(file: string, items: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0;
  const lines = async function* () {
    for await (const item of items) {
      count++;
      yield `${JSON.stringify(item)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return count;
}

/** @throws {Trouble} when there is no such file, or naming the line that is none of an export */
export const readLinks = (file: string): AsyncGenerator<FileLink> =>
  readLines(file, (json, line) => ({ ...linkOf(ChainExtended.fromJSON(json)), line }));

/** @throws {Trouble} as `readLinks` */
export async function readAnchors(file: string): Promise<ChainAnchored[]> {
  const anchors: ChainAnchored[] = [];
  for await (const anchor of readLines(file, ChainAnchored.fromJSON)) anchors.push(anchor);
  return anchors;
}

async function* readLines<T>(file: string, read: (json: unknown, line: number) => T): AsyncGenerator<T> {
  const stream = createReadStream(file);
  await once(stream, 'open').catch((error: Error) => {
    throw new Trouble(`${file} cannot be read: ${error.message}`);
  });
  let line = 0;
  for await (const text of createInterface({ input: stream })) {
    line++;
    try {
      yield read(JSON.parse(text), line);
    } catch (error) {
      if (error instanceof SyntaxError) throw new Trouble(`${file}, line ${line}, is no line of an export`);
      throw error;
    }
  }
}
