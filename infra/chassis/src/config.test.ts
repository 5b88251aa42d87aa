import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { address, baseConfig, ConfigError, readConfig } from './config.ts';

const good = {
  GIAOLO_SERVICE: 'parking',
  KAFKA_BROKERS: 'a:9092,b:9093',
  REDIS_URL: 'redis://:hunter2@localhost:6379',
  REDIS_LIVE_URL: 'redis://localhost:6380',
  GIAOLO_JWKS_FILE: 'keys.json',
};

function problemsOf(schema: z.ZodObject, environment: Record<string, string>): readonly string[] {
  try {
    readConfig(schema, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('reads what is set and fills in what may be absent', () => {
  expect(readConfig(baseConfig, good)).toMatchObject({
    KAFKA_BROKERS: ['a:9092', 'b:9093'],
    GIAOLO_CLOCK: { kind: 'wall' },
    GIAOLO_GRPC_ADDRESS: '127.0.0.1:0',
    GIAOLO_TRACE_RATIO: 0,
    GIAOLO_GRPC_REFLECTION: true,
    GIAOLO_TOPIC_PREFIX: '',
  });
});

test('reports all problems at once, each with its meaning', () => {
  const problems = problemsOf(baseConfig, {
    KAFKA_BROKERS: 'a:9092,b',
    REDIS_URL: 'http://localhost',
    REDIS_LIVE_URL: '',
    GIAOLO_JWKS_FILE: 'keys.json',
    GIAOLO_CLOCK: 'sundial',
    GIAOLO_TRACE_RATIO: '2',
    GIAOLO_LOG_LEVEL: 'loud',
    GIAOLO_GRPC_ADDRESS: 'localhost:70000',
    GIAOLO_GRPC_REFLECTION: 'yes',
  });
  expect(problems).toEqual([
    'GIAOLO_SERVICE is not set (name of the service in topics, traces and logs)',
    'KAFKA_BROKERS must be host:port (Kafka brokers, host:port,...)',
    'REDIS_URL must be a URL that begins with redis:// or rediss:// (the durable Redis, which holds decisions)',
    'REDIS_LIVE_URL is not set (the Redis of live views, which can be rebuilt)',
    'GIAOLO_CLOCK must be wall, rate:<iso>@<times>@<started iso> or recording:<iso> (the platform clock, the same text for all services)',
    'GIAOLO_GRPC_ADDRESS must be host:port (where gRPC listens, host:port; port 0 = any)',
    'GIAOLO_TRACE_RATIO must be at most 1 (share of new traces that are recorded, 0 to 1)',
    'GIAOLO_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent (least severe log line that is written)',
    'GIAOLO_GRPC_REFLECTION must be one of on, off (gRPC reflection, on or off)',
  ]);
});

test('never shows a value, which may be a secret', () => {
  const schema = baseConfig.extend({
    SECRET: z.string().min(20).describe('signs sessions'),
    NUMBER: z.coerce.number().describe('a number'),
  });
  const [redis, secret, number, ...others] = problemsOf(schema, {
    ...good,
    REDIS_URL: 'memcached://:hunter2@localhost',
    SECRET: 'hunter2',
    NUMBER: 'hunter2',
  });
  expect(others).toEqual([]);
  expect([redis, secret, number].join('\n')).not.toContain('hunter2');
  expect(secret).toBe('SECRET must be at least 20 (signs sessions)');
  expect(number).toBe('NUMBER must be a number (a number)');
});

test('a service adds its own variables', () => {
  const gateway = baseConfig.extend({ GIAOLO_HTTP_ADDRESS: address.describe('where HTTP listens') });
  expect(readConfig(gateway, { ...good, GIAOLO_HTTP_ADDRESS: '[::1]:8080' }).GIAOLO_HTTP_ADDRESS).toBe('[::1]:8080');
  expect(problemsOf(gateway, good)).toEqual(['GIAOLO_HTTP_ADDRESS is not set (where HTTP listens)']);
});
