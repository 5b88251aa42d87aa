import { appendFileSync } from 'node:fs';
import { ConfigError } from './config.ts';

/** Where a replica can be made to fail: the steps between which a crash or a pause could lose or double something. */
export const failpoints = [
  /** The store has committed; nobody knows yet. */
  'commit.after-script',
  'outbox.after-read',
  'outbox.before-send',
  /** The records were still ours to send; from here on nobody asks again. */
  'producer.before-request',
  /** Kafka has the events, and the outbox still does. */
  'outbox.after-send',
  'outbox.after-trim',
  'outbox.lease-lost',
  'consumer.before-effect',
  /** The effects are there, the offsets are not committed. */
  'consumer.after-effect',
] as const;

export type Failpoint = (typeof failpoints)[number];

type Failure = 'kill' | 'freeze';

export interface Armed {
  readonly failure: Failure;
  /** Which passage fails, 1 = the first. */
  readonly at: number;
}

/**
 * Marks a step for fault tests: GIAOLO_FAILPOINTS=`<name>=kill@<n>,<name>=freeze@<n>` makes this process kill (SIGKILL) or
 * stop (SIGSTOP, until whoever armed it sends SIGCONT) itself at the n-th passage, after adding the name to the file
 * GIAOLO_FAILPOINTS_LOG. Free where it is not set.
 */
export const failpoint: (name: Failpoint) => void = arm(process.env['GIAOLO_FAILPOINTS']);

function arm(text: string | undefined): (name: Failpoint) => void {
  if (!text) return () => {};
  const armed = parseFailpoints(text);
  const passages = new Map<Failpoint, number>();
  const log = process.env['GIAOLO_FAILPOINTS_LOG'];
  return (name) => {
    const passage = (passages.get(name) ?? 0) + 1;
    passages.set(name, passage);
    const here = armed.get(name);
    if (here?.at !== passage) return;
    if (log) appendFileSync(log, `${name}\n`);
    process.kill(process.pid, here.failure === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  };
}

/** Throws ConfigError: a failpoint that is misspelt would never fire. */
export function parseFailpoints(text: string): ReadonlyMap<Failpoint, Armed> {
  return new Map(
    text.split(',').map((entry) => {
      const [, name = '', failure, at] = /^([a-z.-]+)=(kill|freeze)@([1-9]\d*)$/.exec(entry) ?? [];
      if (!failpoints.includes(name as Failpoint))
        throw new ConfigError([`GIAOLO_FAILPOINTS: "${entry}" is not <failpoint>=<kill|freeze>@<passage>`]);
      return [name as Failpoint, { failure: failure as Failure, at: Number(at) }];
    }),
  );
}
