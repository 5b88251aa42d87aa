import { type Bus, on, view } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import { type Implementation, implement } from '@giaolo/chassis/grpc/service';
import { Handler } from '@giaolo/chassis/handle';
import type { Unit } from '@giaolo/chassis/principal';
import type { DecisionStore } from '@giaolo/chassis/store';
import { AuditServiceService } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { chainAnchored, chainDeadLetters } from '@giaolo/topics/topics';
import { access } from './adapters/access.ts';
import { chainSpec } from './adapters/chain-spec.ts';
import type { ReadRecords } from './adapters/chain-topic.ts';
import { anchorDue, chainBatch, rawActs } from './adapters/chains.ts';
import { listActs, listAnchors, listChains } from './adapters/grpc.ts';
import { reading } from './adapters/reading.ts';
import { followActs } from './adapters/recent.ts';

export interface Ports {
  readonly store: DecisionStore;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Told of every chain whose links wait in the outbox. */
  readonly onCommitted: (name: string) => void;
  readonly readRecords: ReadRecords;
  /** Whether `below` is `unit` itself or is part of it. */
  readonly covers: (unit: Unit, below: Unit) => boolean;
}

export interface Audit {
  readonly rpc: Implementation;
  /** To be called for a chain whose deadline has come. */
  readonly onDue: (name: string) => Promise<unknown>;
}

/** Table of contents: what audit is told and asked. */
export async function startAudit({ store, bus, clock, onCommitted, readRecords, covers }: Ports): Promise<Audit> {
  const chains = new Handler(chainSpec, store, onCommitted);
  const anchors = await bus.view({ sources: [view(chainAnchored, ({ value }) => value)] });
  const seen = { recent: await followActs(bus), anchors, covers };
  await bus.consume({
    group: 'audit.chain',
    handlers: [on(rawActs, chainBatch(chains))],
    deadLetters: chainDeadLetters.name,
  });

  const rpc = implement(AuditServiceService, access, {
    listActs: listActs(seen),
    listChains: listChains(seen),
    listAnchors: listAnchors(seen),
    ...reading({ chains, anchors, readRecords, clock }),
  });
  return { rpc, onDue: (name) => anchorDue(chains, name) };
}
