import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise } from 'yauzl';

const MAX_ZIP_BYTES = 64 * 2 ** 20;
const MAX_UNPACKED_BYTES = 2 ** 30;
const MAX_ENTRIES = 1000;

/** The zip as a whole cannot be read; `code` and `message` as in a notice. */
export class ZipError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface FeedZip {
  /** Names of the files at the top of the zip. */
  readonly files: ReadonlySet<string>;
  /** Names of the files in folders, with their folder; without what operating systems leave behind. */
  readonly inFolders: readonly string[];
  /** Bytes after the end of the zip, such as a web server's error page; they are not read. */
  readonly trailingBytes: number;
  /** Unpacks one file at the top. Throws a ZipError when its bytes do not agree with what the zip says of them. */
  read(file: string): AsyncIterable<Buffer>;
}

/** Throws a ZipError when this is no zip, is larger than is allowed, or is encrypted. */
export async function openZip(bytes: Buffer): Promise<FeedZip> {
  if (bytes.length > MAX_ZIP_BYTES) throw new ZipError('ZIP_TOO_LARGE', 'the zip is larger than 64 MiB');
  const whole = withoutTrail(bytes);
  const zip = await fromBufferPromise(whole, { lazyEntries: true, autoClose: false }).catch((error: Error) => {
    throw new ZipError('NOT_A_ZIP', `not a zip file: ${error.message}`);
  });
  if (zip.entryCount > MAX_ENTRIES) throw new ZipError('ZIP_TOO_LARGE', `the zip has more than ${MAX_ENTRIES} entries`);
  const entries = await listEntries(zip.eachEntry());
  return {
    trailingBytes: bytes.length - whole.length,
    files: new Set([...entries.keys()].filter((name) => !name.includes('/'))),
    inFolders: [...entries.keys()].filter((name) => name.includes('/')),
    read: (file) => {
      const entry = entries.get(file);
      if (!entry) throw new Error(`${file} is not in the zip`);
      return checked(entry, () => zip.openReadStreamPromise(entry));
    },
  };
}

const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const END_LENGTH = 22;

/** Cuts the bytes where the zip's own end record says that it ends; all of them when none is consistent. */
function withoutTrail(bytes: Buffer): Buffer {
  for (let at = bytes.lastIndexOf(END_SIGNATURE); at > 0; at = bytes.lastIndexOf(END_SIGNATURE, at - 1)) {
    if (at + END_LENGTH > bytes.length) continue;
    const end = at + END_LENGTH + bytes.readUInt16LE(at + 20);
    const directoryEnd = bytes.readUInt32LE(at + 12) + bytes.readUInt32LE(at + 16);
    if (directoryEnd === at && end <= bytes.length) return bytes.subarray(0, end);
  }
  return bytes;
}

async function listEntries(found: AsyncIterable<Entry>): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  try {
    for await (const entry of found) {
      unpacked += entry.uncompressedSize;
      const name = entry.fileName;
      if (name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)\./.test(name)) continue;
      if (entry.isEncrypted()) throw new ZipError('ZIP_ENCRYPTED', `${name} is encrypted`);
      if (entries.has(name)) throw new ZipError('ZIP_CORRUPT', `${name} is in the zip twice`);
      entries.set(name, entry);
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError('ZIP_CORRUPT', (error as Error).message);
  }
  if (unpacked > MAX_UNPACKED_BYTES) throw new ZipError('ZIP_TOO_LARGE', 'the zip unpacks to more than 1 GiB');
  return entries;
}

async function* checked(entry: Entry, open: () => Promise<Readable>): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of await open()) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw new ZipError('ZIP_CORRUPT', `${entry.fileName} cannot be unpacked: ${(error as Error).message}`);
  }
  if (sum !== entry.crc32) throw new ZipError('ZIP_CORRUPT', `${entry.fileName} does not match its checksum`);
}
