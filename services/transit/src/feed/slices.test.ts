import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NoticeList } from './notice.ts';
import { type Slice, slices } from './slices.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, pieces = 65_536): Promise<{ slices: Slice[]; errors: NoticeList }> {
  const errors = new NoticeList();
  const found: Slice[] = [];
  for await (const slice of slices('x.txt', inPieces(bytes, pieces), errors)) found.push(slice);
  return { slices: found, errors };
}

test('a large file is cut between records, never within a quoted field or a character', async () => {
  const row = '"Trạm 1,\nđường ""Lê Lợi""",x\n';
  const { slices: found, errors } = await read(Buffer.from(row.repeat(20_000)), 16_383);
  expect(found.length).toBeGreaterThan(2);
  expect(errors.isEmpty).toBe(true);
  for (const { text } of found) expect(text.length % row.length).toBe(0);
  const lines = found.map(({ text }) => text.split('\n').length - 1);
  found.forEach(({ firstLine }, i) => {
    expect(firstLine).toBe(1 + lines.slice(0, i).reduce((sum, count) => sum + count, 0));
  });
});

test('however the bytes arrive, the text is the same', () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 7 }), async (text, pieces) => {
      const plain = text.replace(/[\r\f\v]/g, '');
      const { slices: found } = await read(Buffer.from(plain), pieces);
      expect(found.map((slice) => slice.text).join('')).toBe(plain);
    }),
  ));

test.each([
  ['CR CR LF', 'a,b\r\n1,2\r\r\n', 2],
  ['a lone CR', 'a,b\r1,2\n', 1],
  ['a form feed', 'a,b\f\n1,2\n', 1],
])('%s at the end of a line is reported there', async (_, text, line) => {
  const { errors } = await read(Buffer.from(text));
  expect(errors.toArray()).toMatchObject([{ line, code: 'LINE_END_INVALID' }]);
});

test('bytes that are not UTF-8 are reported with their lines', async () => {
  const { errors } = await read(Buffer.from('a\nb\xff\nc\nd\xe8', 'latin1'));
  expect(errors.toArray().map(({ line, code }) => [line, code])).toEqual([
    [2, 'NOT_UTF8'],
    [4, 'NOT_UTF8'],
  ]);
});

test('a quote that swallows megabytes ends the reading', async () => {
  const { errors } = await read(Buffer.from(`a\n"${'x,y\n'.repeat(2_000_000)}`));
  expect(errors.toArray()).toMatchObject([{ code: 'CSV_MALFORMED' }]);
});
