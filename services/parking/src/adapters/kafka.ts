import type { Received } from '@giaolo/chassis/bus';
import { ServiceError } from '@giaolo/chassis/errors';
import type { Handler } from '@giaolo/chassis/handle';
import { principalOf } from '@giaolo/chassis/principal';
import type { OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import type { Lot, LotEvent } from '../lot/lot.ts';
import { observe } from '../lot/observe.ts';
import { readObservation } from './wire.ts';

/**
 * Takes a batch of observations over into their lots. Ids of requests are not needed: an observation that comes twice
 * is not newer than itself.
 */
export const takeObservations =
  (lots: Handler<Lot, LotEvent>) =>
  async (batch: readonly Received<OccupancyObserved>[]): Promise<void> => {
    const results = await Promise.allSettled(batch.map((received) => take(lots, received)));
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    // What passes is tried again as a whole; what stays is then found record by record.
    if (faults.length > 0) throw faults.find((fault) => fault instanceof ServiceError && fault.transient) ?? faults[0];
  };

async function take(lots: Handler<Lot, LotEvent>, received: Received<OccupancyObserved>): Promise<void> {
  const ask = readObservation(received.value.observation);
  if (!ask) throw new Error('INVALID: a field is missing or out of range');
  const caller = { principal: principalOf(received), method: received.topic, traceparent: received.traceparent };
  const outcome = await lots.handle(ask.id, observe, ask.command, caller, () => null);
  if (!outcome.accepted) throw new Error(outcome.reason);
}
