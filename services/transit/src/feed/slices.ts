import { isAscii, isUtf8 } from 'node:buffer';
import type { NoticeList } from './notice.ts';

const SLICE_BYTES = 2 ** 18;
// A quote that is never closed would otherwise swallow the file.
const MAX_RECORD_BYTES = 2 ** 22;
const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** A run of whole csv records, its lines ended by a bare newline. */
export interface Slice {
  readonly text: string;
  readonly firstLine: number;
}

/**
 * Cuts a csv file into slices small enough that a service stays responsive while it parses them.
 * Bytes that are not UTF-8 and odd line ends are reported with their lines, and read as well as they can be.
 */
export async function* slices(
  file: string,
  chunks: AsyncIterable<Buffer>,
  errors: NoticeList,
): AsyncGenerator<Slice, void, void> {
  let pending: Buffer[] = [];
  let size = 0;
  let wanted = SLICE_BYTES;
  let firstLine = 1;
  for await (const chunk of chunks) {
    pending.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    const bytes = Buffer.concat(pending, size);
    const end = lastRecordEnd(bytes);
    if (end === 0 && size > MAX_RECORD_BYTES) {
      errors.add(file, firstLine, '', 'CSV_MALFORMED', 'a record of more than 4 MiB: is a quote never closed?');
      return;
    }
    wanted = end === 0 ? wanted * 2 : SLICE_BYTES;
    pending = [bytes.subarray(end)];
    size = bytes.length - end;
    if (end > 0) {
      yield { text: decode(file, bytes.subarray(0, end), firstLine, errors), firstLine };
      firstLine += count(bytes, end, NEWLINE);
    }
  }
  if (size > 0) yield { text: decode(file, Buffer.concat(pending, size), firstLine, errors), firstLine };
}

/** Just after the last newline that no quoted field holds; 0 when there is none. */
function lastRecordEnd(bytes: Buffer): number {
  if (!bytes.includes(QUOTE)) return bytes.lastIndexOf(NEWLINE) + 1;
  let end = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === QUOTE) quoted = !quoted;
    else if (bytes[i] === NEWLINE && !quoted) end = i + 1;
  }
  return end;
}

function decode(file: string, bytes: Buffer, firstLine: number, errors: NoticeList): string {
  const hasMark = firstLine === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = hasMark ? bytes.subarray(3) : bytes;
  if (!isUtf8(content)) reportBadBytes(file, content, firstLine, errors);
  const text = isAscii(content) ? content.toString('latin1') : content.toString('utf8');
  return plainLineEnds(file, text, firstLine, errors);
}

function reportBadBytes(file: string, bytes: Buffer, firstLine: number, errors: NoticeList): void {
  let start = 0;
  for (let line = firstLine; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end))) errors.add(file, line, '', 'NOT_UTF8', 'bytes that are not UTF-8');
    start = end + 1;
  }
}

// Lines end with LF or CRLF; anything else there is the trace of a damaged transfer.
const ODD_LINE_END = /\r(?!\n)|[\f\v](?=\r?\n|$)/;

function plainLineEnds(file: string, text: string, firstLine: number, errors: NoticeList): string {
  if (!/[\r\f\v]/.test(text)) return text;
  if (ODD_LINE_END.test(text)) {
    text.split('\n').forEach((line, index, lines) => {
      const whole = index < lines.length - 1 ? `${line}\n` : line;
      if (ODD_LINE_END.test(whole))
        errors.add(file, firstLine + index, '', 'LINE_END_INVALID', 'lines must end with LF or CRLF and nothing else');
    });
  }
  return text.replace(/[\r\f\v]+\n/g, '\n');
}

function count(bytes: Buffer, end: number, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at >= 0 && at < end; at = bytes.indexOf(byte, at + 1)) found += 1;
  return found;
}
