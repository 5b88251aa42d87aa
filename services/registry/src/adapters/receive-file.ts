import { demand } from '@giaolo/chassis/demand';
import { refused } from './refused.ts';

const LARGEST_FILE = 16 * 1024 * 1024;

interface FilePart<Header> {
  readonly part?:
    | { readonly $case: 'header'; readonly value: Header }
    | { readonly $case: 'chunk'; readonly value: Uint8Array }
    | undefined;
}

/** A file as it comes in parts; `admit` throws where the header is wrong or the caller may not, before the first byte. */
export async function receiveFile<Header>(
  requests: AsyncIterable<FilePart<Header>>,
  admit: (header: Header) => void,
): Promise<{ header: Header; bytes: Buffer }> {
  let header: Header | undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const { part } of requests) {
    if (header === undefined) {
      demand({ header: [part?.$case === 'header', 'must come first'] });
      header = part?.value as Header;
      admit(header);
      continue;
    }
    demand({ chunk: [part?.$case === 'chunk', 'must follow the header, and nothing else'] });
    const chunk = part?.value as Uint8Array;
    size += chunk.length;
    if (size > LARGEST_FILE) throw refused('FILE_TOO_LARGE');
    chunks.push(chunk);
  }
  demand({ header: [header !== undefined, 'must come first'] });
  return { header: header as Header, bytes: Buffer.concat(chunks) };
}
