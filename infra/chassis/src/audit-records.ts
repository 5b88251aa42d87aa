import { randomUUID } from 'node:crypto';
import { ActRecorded, ActRecorded_Outcome as Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import type { Instant } from './clock.ts';
import type { OutboxRecord } from './committed.ts';
import type { ServiceError } from './errors.ts';
import { formatUnit, type Principal, type Unit } from './principal.ts';
import { actRecorded } from './topics.ts';

/** One command on one object, at the moment when it was decided. */
export interface Act {
  readonly principal: Principal;
  readonly method: string;
  /** Stable name. */
  readonly object: string;
  /** That the object belongs to. */
  readonly unit: Unit;
  readonly at: Instant;
  readonly traceparent?: string | undefined;
}

/** A command that led to the facts `firstSequence` to `lastSequence` of its object. */
export const acceptedAct = (act: Act, firstSequence: number, lastSequence: number): OutboxRecord =>
  record(act, {
    recordId: `${act.object}@${lastSequence}`,
    outcome: Outcome.OUTCOME_ACCEPTED,
    reason: '',
    firstSequence: BigInt(firstSequence),
    lastSequence: BigInt(lastSequence),
  });

/** A command that its caller had no right to give. */
export const deniedAct = (act: Act, { reason }: ServiceError): OutboxRecord =>
  record(act, {
    recordId: `${act.object}!${randomUUID()}`,
    outcome: Outcome.OUTCOME_DENIED,
    reason,
    firstSequence: 0n,
    lastSequence: 0n,
  });

type Result = Pick<ActRecorded, 'recordId' | 'outcome' | 'reason' | 'firstSequence' | 'lastSequence'>;

function record({ principal, method, object, unit, at, traceparent = '' }: Act, result: Result): OutboxRecord {
  const { subject, unit: subjectUnit } = principal;
  const value = ActRecorded.encode({
    ...result,
    unit,
    subject,
    subjectUnit,
    method,
    object,
    occurredTime: new Date(at),
    traceparent,
  }).finish();
  const origin = {
    id: result.recordId,
    occurredAt: at,
    subject,
    unit: formatUnit(subjectUnit),
    traceparent,
  };
  return { topic: actRecorded.name, key: formatUnit(unit), value, sequence: 0, origin };
}
