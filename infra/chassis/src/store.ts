import { hash } from 'node:crypto';
import type { Instant } from './clock.ts';
import type { OutboxRecord } from './committed.ts';
import type { Json } from './decide.ts';

export interface Loaded {
  readonly version: number;
  readonly fields: Record<string, Json>;
}

export interface Commit {
  /** Stable name of the aggregate, such as `lots/ben-du-thuyen`. */
  readonly name: string;
  readonly expectedVersion: number;
  readonly version: number;
  readonly patch: Record<string, Json | undefined>;
  /** Facts, state and audit records: they reach the bus if the commit comes to be, in this order. */
  readonly records: readonly OutboxRecord[];
  /** Answers by request key; a key that is taken stops the commit. */
  readonly answers: readonly { readonly key: string; readonly answer: string }[];
  /** When the aggregate next needs a decision by itself; `never` = such aggregates have no deadlines. */
  readonly dueAt: Instant | undefined | 'never';
  /** The `now` that the decisions were given. */
  readonly decidedAt: Instant;
}

export type CommitResult =
  | { readonly status: 'committed' }
  /** Somebody else changed the aggregate: load and decide again. */
  | { readonly status: 'clash' }
  /** `decidedAt` is not the store's time: decide again with `now()`, which has been put right. */
  | { readonly status: 'skew' }
  /** Some requests were answered before, in the order of `Commit.answers`; nothing was written. */
  | { readonly status: 'answered'; readonly answers: readonly (string | undefined)[] };

/** Where decisions are kept: one atomic commit holds state, events and answers. */
export interface DecisionStore {
  load(name: string): Promise<Loaded>;
  commit(commit: Commit): Promise<CommitResult>;
  /** Time by which decisions are made: the store's own on wall time, so that replicas agree. */
  now(): Instant;
}

export const SHARDS = 64;

/** An aggregate, its outbox, deadlines and answers live in one shard: one Redis Cluster slot. */
export function shardOf(name: string): number {
  let fnv = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) fnv = Math.imul(fnv ^ name.charCodeAt(i), 0x01000193);
  return (fnv >>> 0) % SHARDS;
}

export const shardTag = (service: string, shard: number): string => `{${service}:${String(shard).padStart(2, '0')}}`;

export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 27);
