import { expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { feedZip } from '../../test/tiny-feed.ts';
import { readFeed } from './read-feed.ts';

async function errorOf(zip: Buffer): Promise<string> {
  const answer = await readFeed(zip);
  return answer.ok ? 'none' : answer.errors.map(({ code }) => code).join();
}

const zipOf = (files: Record<string, string>) =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

/** Changes bytes found in the records of the central directory. */
function inDirectory(zip: Buffer, change: (zip: Buffer, entry: number) => void): Buffer {
  const changed = Buffer.from(zip);
  const signature = Buffer.from('PK\x01\x02', 'latin1');
  for (let at = changed.indexOf(signature); at >= 0; at = changed.indexOf(signature, at + 1)) change(changed, at);
  return changed;
}

test.each<[string, Buffer, string]>([
  ['nothing', Buffer.alloc(0), 'NOT_A_ZIP'],
  ['a web page', Buffer.from('<!DOCTYPE html><title>404</title>'), 'NOT_A_ZIP'],
  ['a zip cut short', feedZip().subarray(0, 900), 'NOT_A_ZIP'],
  ['more than 64 MiB', Buffer.alloc(64 * 2 ** 20 + 1), 'ZIP_TOO_LARGE'],
  [
    'more than 1 GiB unpacked',
    inDirectory(feedZip(), (zip, at) => zip.writeUInt32LE(2 ** 29, at + 24)),
    'ZIP_TOO_LARGE',
  ],
  ['more bytes than it says', inDirectory(feedZip(), (zip, at) => zip.writeUInt32LE(3, at + 24)), 'ZIP_CORRUPT'],
  ['a wrong checksum', inDirectory(feedZip(), (zip, at) => zip.writeUInt32LE(3, at + 16)), 'ZIP_CORRUPT'],
  ['encrypted files', inDirectory(feedZip(), (zip, at) => zip.writeUInt16LE(1, at + 8)), 'ZIP_ENCRYPTED'],
  ['a path out of the zip', zipOf({ '../../etc/passwd': 'x' }), 'ZIP_CORRUPT'],
  ['no file', zipOf({}), 'FILE_MISSING,FILE_MISSING,FILE_MISSING,FILE_MISSING,FILE_MISSING'],
  [
    'files one folder down',
    zipOf({ 'gtfs/agency.txt': 'x', 'gtfs/stops.txt': 'x', '__MACOSX/._agency.txt': 'x' }),
    'FILES_IN_FOLDER',
  ],
])('refuses %s with one clear notice', async (_, zip, code) => {
  expect(await errorOf(zip)).toBe(code);
});

test('what a download tool left behind the zip is passed over, and told', async () => {
  const answer = await readFeed(Buffer.concat([feedZip(), Buffer.from('\r\n<!DOCTYPE html>')]));
  expect(answer).toMatchObject({ ok: true, warnings: [{ code: 'ZIP_TRAILING_BYTES' }] });
});
