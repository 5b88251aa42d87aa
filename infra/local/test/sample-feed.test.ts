import { readFeed } from '@giaolo/transit/feed/read-feed';
import { expect, test } from '@jest/globals';
import { sampleFeed } from '../src/sample/timetable.ts';

test('transit reads the sample without an error or a warning', async () => {
  const answer = await readFeed(Buffer.from(sampleFeed()));
  expect(answer).toMatchObject({ ok: true, warnings: [] });
});
