import { setTimeout as pause } from 'node:timers/promises';
import { judgedBefore } from '../src/access.ts';
import { wallClock } from '../src/clock.ts';
import { Handler } from '../src/handle.ts';
import { type Ownership, openOwnership } from '../src/ownership.ts';
import type { Work } from '../src/ownership-claim.ts';
import type { Owned } from '../src/ownership-tenure.ts';
import type { Policy } from '../src/reconcile.ts';
import { type FieldCommand, keepReconciled, type Reconciling } from '../src/reconcile-loop.ts';
import { connectRedis, type Redis } from '../src/redis.ts';
import { redisStore } from '../src/store-redis.ts';
import { brokers } from '../src/testing/brokers.ts';
import { count, newCount, tallySpec, tester } from '../src/testing/counter-aggregate.ts';
import { freezable } from './frozen.ts';

export const policy: Policy<number> = {
  equal: (a, b) => a === b,
  silentMs: 2_000,
  acknowledgeMs: 500,
  followMs: 500,
  resendMs: { first: 200, most: 1_000 },
};

/** A device that knows one number, and whose commands it still may follow. */
export class FakeDevice {
  value = 0;
  /** Acknowledges, and does nothing. */
  stuck = false;
  highestToken = 0;
  readonly refused: FieldCommand<number>[] = [];
  readonly alarms: boolean[] = [];
  alarmed = false;

  /** Whether it takes the command. */
  receive(command: FieldCommand<number>): boolean {
    if (command.token < this.highestToken) {
      this.refused.push(command);
      return false;
    }
    this.highestToken = command.token;
    if (!this.stuck) this.value = command.value;
    return true;
  }
}

export interface Replica {
  readonly address: string;
  readonly redis: Redis;
  readonly ownership: Ownership;
  /** The newest ownership of this replica. */
  owned: Owned | undefined;
  loop: Reconciling<number> | undefined;
  /** How long what it sends is on its way. */
  delay: Promise<unknown> | undefined;
  /** Cuts the nudges that it sends. */
  mute: boolean;
  freeze(): void;
  thaw(): void;
  desire(name: string, by: number): Promise<unknown>;
  /** Brings `device` to the desired state. */
  serve(device: FakeDevice): Work;
  close(): Promise<void>;
}

/** A replica of a service whose things are tallies: the desired state is the count. */
export async function openReplica(service: string, address: string): Promise<Replica> {
  const { redis: url } = brokers();
  const [redis, subscriber] = await Promise.all([connectRedis(url, 'decisions'), connectRedis(url, 'subscriber')]);
  const freezing = freezable(redis);
  const mutable = new Proxy(freezing.redis, {
    get: (target, member) =>
      member === 'publish' && replica.mute ? () => Promise.resolve(0) : Reflect.get(target, member),
  });
  const ownership = await openOwnership({ redis: mutable, subscriber, service, address });
  const store = redisStore(redis, service, wallClock);
  const handler = new Handler(tallySpec, store);
  const caller = { principal: tester, authority: judgedBefore, method: 'Count', createsIn: tester.unit };

  const replica: Replica = {
    address,
    redis,
    ownership,
    owned: undefined,
    loop: undefined,
    delay: undefined,
    mute: false,
    freeze: freezing.freeze,
    thaw: freezing.thaw,
    async desire(name, by) {
      await handler.handle(name.slice('tallies/'.length), count, { by }, caller, newCount);
      ownership.nudge(name);
    },
    serve: (device) => async (owned) => {
      replica.owned = owned;
      const loop = keepReconciled<number>(owned, {
        policy,
        now: store.now,
        alarmed: device.alarmed,
        async desired() {
          const { version, fields } = await store.load(owned.name);
          return version === 0 ? undefined : { version, value: Number(fields['count']), at: store.now() };
        },
        async send(command) {
          await replica.delay;
          if (device.receive(command)) loop.acknowledged(command.version);
        },
        async tellAlarm(alarmed) {
          device.alarmed = alarmed;
          device.alarms.push(alarmed);
        },
      });
      replica.loop = loop;
      while (owned.holds()) {
        loop.observed(device.value, Date.now());
        await pause(50);
      }
      await loop.ended;
    },
    async close() {
      freezing.thaw();
      await ownership.stop();
      redis.destroy();
      subscriber.destroy();
    },
  };
  return replica;
}
