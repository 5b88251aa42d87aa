import { expect, test } from '@jest/globals';
import { everythingLost, redisLost } from './drill.ts';

test.each([
  ['the durable Redis', redisLost],
  ['every server', everythingLost],
])(
  '%s is lost under load, and brought back',
  async (_, drill) => {
    const report = (line: string) => process.stdout.write(`${line}\n`);
    const result = await drill({ rate: 300, lots: 40, callers: 16, workMs: 10_000, report });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    expect(result.broken).toEqual([]);
  },
  400_000,
);
