import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { brokerSettings, jvmOptions } from '../src/kafka.ts';
import { root } from '../src/places.ts';
import { redisSettings } from '../src/redis.ts';

const { services } = parse(readFileSync(join(root, 'infra/local/compose.yaml'), 'utf8'));

test('Kafka of compose.yaml is told what the local one is told', () => {
  const asVariables = Object.entries(brokerSettings).map(([name, value]) => [
    `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
    value,
  ]);
  expect(services.kafka.environment).toMatchObject(Object.fromEntries(asVariables));
  const { KAFKA_HEAP_OPTS: heap, KAFKA_JVM_PERFORMANCE_OPTS: performance } = services.kafka.environment;
  expect(`${heap} ${performance}`).toBe(jvmOptions.join(' '));
});

test('Kafka of compose.yaml is the version that Maven brings', () => {
  const pom = readFileSync(join(root, 'infra/kafka/pom.xml'), 'utf8');
  expect(services.kafka.image).toBe(`apache/kafka:${/<kafka.version>(.*)</.exec(pom)?.[1]}`);
});

test.each([
  ['redis', redisSettings.durable],
  ['redis-live', redisSettings.live],
])('%s of compose.yaml is told what the local one is told', (name, settings) => {
  expect(services[name].command).toEqual(['redis-server', ...settings]);
});
