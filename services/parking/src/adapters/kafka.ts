import { judgedBefore } from '@giaolo/chassis/access';
import type { Caller } from '@giaolo/chassis/aggregate';
import type { Received } from '@giaolo/chassis/bus';
import { ServiceError } from '@giaolo/chassis/errors';
import type { Handler } from '@giaolo/chassis/handle';
import { principalOf } from '@giaolo/chassis/principal';
import type { OccupancyObserved } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import type { AssetChanged } from '@giaolo/proto/giaolo/registry/v1/registry_events';
import { followRegistry } from '../lot/follow-registry.ts';
import type { Lot, LotEvent } from '../lot/lot.ts';
import { observe } from '../lot/observe.ts';
import { readObservation, readRegisteredLot } from './wire.ts';

type Lots = Handler<Lot, LotEvent>;

/**
 * Takes a batch of observations over into their lots. Ids of requests are not needed: an observation that comes twice
 * is not newer than itself.
 */
export const takeObservations =
  (lots: Lots) =>
  (batch: readonly Received<OccupancyObserved>[]): Promise<void> =>
    takeAll(batch, async (received) => {
      const ask = readObservation(received.value.observation);
      if (!ask) throw new Error('INVALID: a field is missing or out of range');
      const outcome = await lots.handle(ask.id, observe, ask.command, sender(received), () => null);
      if (!outcome.accepted) throw new Error(outcome.reason);
    });

/** Lots come, change and go as their owners register them; a change that comes twice has the revision that is known. */
export const takeRegistrations =
  (lots: Lots) =>
  (batch: readonly Received<AssetChanged>[]): Promise<void> =>
    takeAll(batch, async (received) => {
      const ask = readRegisteredLot(received.value.asset);
      if (!ask) return;
      const caller = { ...sender(received), createsIn: ask.command.unit };
      await lots.handle(ask.id, followRegistry, ask.command, caller, () => null);
    });

/** Whoever sent it was judged when it did. */
const sender = (received: Received<unknown>): Caller => ({
  principal: principalOf(received),
  authority: judgedBefore,
  method: received.topic,
  traceparent: received.traceparent,
});

async function takeAll<T>(batch: readonly T[], take: (received: T) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(batch.map(take));
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  // What passes is tried again as a whole; what stays is then found record by record.
  if (faults.length > 0) throw faults.find((fault) => fault instanceof ServiceError && fault.transient) ?? faults[0];
}
