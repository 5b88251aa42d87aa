import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packRecords } from './committed.ts';
import { batches, type Entry } from './outbox.ts';

const LARGEST = 800 * 1024;
/** What a broker takes in one partition at once, as it is told by default. */
const MESSAGE_MAX = 1_048_588;

const entryOf = (sizes: readonly number[], at: number): Entry => ({
  id: Buffer.from(`17-${at}`),
  message: {
    c: Buffer.from(
      packRecords(
        sizes.map((size, i) => ({
          topic: 't',
          key: `${at}/${i}`,
          value: Buffer.alloc(size),
          sequence: 1,
          origin: undefined,
        })),
      ),
    ),
  },
});

test('whatever a commit holds, no batch is larger than Kafka takes, nothing is left out, and nothing is trimmed too early', () => {
  const size = fc.oneof(fc.constantFrom(0, 300, LARGEST), fc.nat(LARGEST));
  const commits = fc.array(fc.array(size, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  const property = fc.property(commits, (sizes) => {
    const sent: string[] = [];
    for (const { records, done } of batches('parking', sizes.map(entryOf))) {
      const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
      expect(bytes).toBeLessThan(MESSAGE_MAX);
      sent.push(...records.map(({ key }) => key));
      const whole = sizes.findIndex((each, at) => each.some((_, i) => !sent.includes(`${at}/${i}`)));
      expect(Number(done.split('-')[1])).toBeLessThanOrEqual(whole === -1 ? sizes.length : whole);
    }
    expect(sent).toEqual(sizes.flatMap((each, at) => each.map((_, i) => `${at}/${i}`)));
  });
  fc.assert(property, { numRuns: 50 });
});
