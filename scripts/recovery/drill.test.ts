import { expect, test } from '@jest/globals';
import { redisLost } from './drill.ts';

test('a durable Redis that is lost under load is rebuilt from Kafka, and nothing contradicts what was acknowledged', async () => {
  const heard: string[] = [];
  const report = (line: string) => heard.push(line);
  const result = await redisLost({ rate: 100, lots: 10, callers: 8, workMs: 2_000, report }).catch((error) => {
    throw new Error(`${heard.join('\n')}\n${error}`);
  });
  expect(result.broken).toEqual([]);
  expect(result.commands).toBeGreaterThan(0);
}, 240_000);
