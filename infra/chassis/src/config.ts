import { z } from 'zod';
import { parseClock } from './clock.ts';

/** All that is wrong with the environment, one line each; values are never quoted. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `  ${problem}`).join('\n'));
    this.problems = problems;
  }
}

const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** `host:port`, IPv6 hosts in brackets. */
export const address = z
  .string()
  .refine((text) => Number(ADDRESS.exec(text)?.[2] ?? 65_536) <= 65_535, 'must be host:port');

const addresses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(address));

/** Replicas of one service as a gRPC client names them: one `host:port`, or several `ip:port,...`. */
export const grpcTarget = addresses.transform((all) =>
  all.length === 1 ? (all[0] as string) : `ipv4:${all.join(',')}`,
);

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const clock = z.string().transform((text, context) => {
  try {
    return parseClock(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be wall, rate:<iso>@<times>@<started iso> or recording:<iso>' });
    return z.NEVER;
  }
});

const onOff = z.enum(['on', 'off']).transform((text) => text === 'on');

/** What every service reads; services extend it with their own. */
export const baseConfig = z.object({
  GIAOLO_SERVICE: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'must be a-z, 0-9 and hyphens')
    .describe('name of the service in topics, traces and logs'),
  KAFKA_BROKERS: addresses.describe('Kafka brokers, host:port,...'),
  REDIS_URL: url('redis:', 'rediss:').describe('the durable Redis, which holds decisions'),
  REDIS_LIVE_URL: url('redis:', 'rediss:').describe('the Redis of live views, which can be rebuilt'),
  GIAOLO_CLOCK: clock.prefault('wall').describe('the platform clock, the same text for all services'),
  GIAOLO_TOPIC_PREFIX: z
    .string()
    .regex(/^[a-z0-9.-]*$/, 'must be a-z, 0-9, dots and hyphens')
    .default('')
    .describe('put before every topic name, so that several platforms can share one Kafka'),
  GIAOLO_JWKS_FILE: z.string().describe('file with the public keys that sign bearer tokens (JWKS)'),
  GIAOLO_TOKEN_FILE: z.string().optional().describe("file with the service's own bearer token for calls to others"),
  GIAOLO_GRPC_ADDRESS: address.prefault('127.0.0.1:0').describe('where gRPC listens, host:port; port 0 = any'),
  GIAOLO_DRAIN_PAUSE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('how long it goes on serving after /readyz has said no, 0 to 10000 ms'),
  GIAOLO_OPS_ADDRESS: address.prefault('127.0.0.1:0').describe('where /livez, /readyz and /metrics listen, host:port'),
  GIAOLO_TRACE_RATIO: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of new traces that are recorded, 0 to 1'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:').optional().describe('OTLP/HTTP receiver of traces'),
  GIAOLO_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe log line that is written'),
  GIAOLO_GRPC_REFLECTION: onOff.prefault('on').describe('gRPC reflection, on or off'),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a schema whose keys are the names of environment variables. Throws ConfigError with all problems at once. */
export function readConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment,
): z.output<z.ZodObject<Shape>> {
  const given: Record<string, string> = {};
  // An empty variable is how many tools write an absent one.
  for (const name of Object.keys(schema.shape)) if (environment[name]) given[name] = environment[name];
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = new Map<string, string>();
  for (const issue of result.error.issues) {
    const name = String(issue.path[0] ?? '');
    if (!problems.has(name)) problems.set(name, describeProblem(schema, name, issue, name in given));
  }
  throw new ConfigError([...problems.values()]);
}

function describeProblem(schema: z.ZodObject, name: string, issue: z.core.$ZodIssue, isGiven: boolean): string {
  const meaning = (schema.shape[name] as z.ZodType | undefined)?.description;
  return `${name} ${isGiven ? reason(issue) : 'is not set'}${meaning ? ` (${meaning})` : ''}`;
}

/** Only the parts of an issue that cannot hold the value: REDIS_URL may carry a password. */
function reason(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_format':
      return issue.message.startsWith('must') ? issue.message : `is not a valid ${issue.format}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_type':
      return `must be a ${issue.expected}`;
    default:
      return 'is not valid';
  }
}
