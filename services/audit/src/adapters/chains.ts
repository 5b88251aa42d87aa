import { judgedBefore } from '@giaolo/chassis/access';
import type { Caller } from '@giaolo/chassis/aggregate';
import type { Codec, Received, Topic } from '@giaolo/chassis/bus';
import { instantOf } from '@giaolo/chassis/demand';
import { ServiceError } from '@giaolo/chassis/errors';
import type { Handler } from '@giaolo/chassis/handle';
import { counter } from '@giaolo/chassis/metrics';
import { formatUnit, parseUnit, type Unit } from '@giaolo/chassis/principal';
import { ActRecorded } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { actRecorded } from '@giaolo/topics/topics';
import { anchorHead } from '../chain/anchor-head.ts';
import type { Chain, ChainEvent } from '../chain/chain.ts';
import { chainActs } from '../chain/chain-acts.ts';
import { unitFrom } from './wire.ts';

/** A commit is one entry of the outbox, which should stay small beside what is sent at once. */
const AT_ONCE = 250;

const chained = counter('giaolo_audit_links_total', 'Acts that became links');
const repeated = counter('giaolo_audit_repeats_total', 'Records of acts that were chained before');

/** The chains by unit: `chains/79/2025-07-01`. */
export type Chains = Handler<Chain, ChainEvent>;

/** An act as it is read here: its bytes too, which are what is hashed. */
export interface RawAct {
  readonly bytes: Uint8Array;
  readonly act: ActRecorded;
}

const rawCodec: Codec<RawAct> = {
  encode: ({ bytes }) => ({ finish: () => bytes }),
  decode: (bytes) => ({ bytes, act: ActRecorded.decode(bytes) }),
};

export const rawActs: Topic<RawAct> = { name: actRecorded.name, codec: rawCodec };

/** It is the act of the service to chain what others did, in the unit of the chain. */
const inTheNameOf = (unit: Unit, method: string): Caller => ({
  principal: { subject: 'service:audit', unit, grants: [] },
  authority: judgedBefore,
  createsIn: unit,
  method,
});

/** Chains a batch: each unit its acts in order, the units side by side. */
export const chainBatch =
  (chains: Chains) =>
  async (batch: readonly Received<RawAct>[]): Promise<void> => {
    const units = Map.groupBy(batch, ({ value: { act } }) => unitNameOf(act));
    const results = await Promise.allSettled([...units].map(([unit, records]) => chainInOrder(chains, unit, records)));
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    // What passes is tried again as a whole; what stays is then found record by record.
    if (faults.length > 0) throw faults.find((fault) => fault instanceof ServiceError && fault.transient) ?? faults[0];
  };

function unitNameOf({ unit }: ActRecorded): string {
  const named = unitFrom(unit);
  if (!named) throw new Error('INVALID: the act names no unit');
  return formatUnit(named);
}

/** One after the other: an act must not be chained where one before it could not be. */
async function chainInOrder(chains: Chains, name: string, records: readonly Received<RawAct>[]): Promise<void> {
  const unit = parseUnit(name) as Unit;
  for (let at = 0; at < records.length; at += AT_ONCE) {
    const some = records.slice(at, at + AT_ONCE).map(({ partition, offset, time, value: { bytes, act } }) => ({
      partition,
      offset: Number(offset),
      at: instantOf(act.occurredTime) ?? time,
      act: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    }));
    const links = (_: Chain, events: readonly ChainEvent[]) => events.filter(({ type }) => type === 'LinkAdded').length;
    const caller = inTheNameOf(unit, actRecorded.name);
    const outcome = await chains.handle(name, chainActs, { unit, records: some }, caller, links);
    if (!outcome.accepted) continue;
    chained.add(outcome.answer);
    repeated.add(some.length - outcome.answer);
  }
}

/** The deadline of a chain has come. */
export async function anchorDue(chains: Chains, name: string): Promise<unknown> {
  const id = name.slice('chains/'.length);
  const unit = parseUnit(id);
  return unit && chains.handle(id, anchorHead, null, inTheNameOf(unit, 'audit.chains/AnchorHead'), () => null);
}
