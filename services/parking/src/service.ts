import { judgedBefore } from '@giaolo/chassis/access';
import { type Bus, on, view } from '@giaolo/chassis/bus';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { type Implementation, implement } from '@giaolo/chassis/grpc/service';
import { Handler } from '@giaolo/chassis/handle';
import type { DecisionStore } from '@giaolo/chassis/store';
import {
  CancelReservationResponse,
  CloseLotResponse,
  OpenLotResponse,
  ParkingServiceService,
  ReserveSpaceResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import {
  assetChanged,
  lotChanged,
  occupancyDeadLetters,
  occupancyObserved,
  registryDeadLetters,
} from '@giaolo/topics/topics';
import { access } from './adapters/access.ts';
import { command, getLot, type Lots, listLots, watchLots } from './adapters/grpc.ts';
import { takeObservations, takeRegistrations } from './adapters/kafka.ts';
import { lotSpec } from './adapters/lot-spec.ts';
import { reportOccupancy } from './adapters/report.ts';
import {
  lotAnswer,
  readCancelReservation,
  readCloseLot,
  readOpenLot,
  readReserveSpace,
  reservationAnswer,
} from './adapters/wire.ts';
import { cancelReservation } from './lot/cancel-reservation.ts';
import { closeLot } from './lot/close-lot.ts';
import { expireHolds } from './lot/expire-holds.ts';
import { openLot } from './lot/open-lot.ts';
import { reserveSpace } from './lot/reserve-space.ts';

export interface Ports {
  readonly store: DecisionStore;
  readonly bus: Bus;
  readonly clock: Clock;
  /** Told of every lot whose events wait in the outbox. */
  readonly onCommitted: (name: string) => void;
}

export interface Parking {
  readonly rpc: Implementation;
  /** To be called for a lot whose deadline has come. */
  readonly onDue: (name: string) => Promise<unknown>;
}

/** Table of contents: what parking is asked and told, and the use case behind each. */
export async function startParking({ store, bus, clock, onCommitted }: Ports): Promise<Parking> {
  const lots = new Handler(lotSpec, store, onCommitted);
  const live = await bus.view({ sources: [view(lotChanged, ({ value }) => value.lot)] });
  await bus.consume({
    group: 'parking.occupancy',
    handlers: [on(occupancyObserved, takeObservations(lots))],
    deadLetters: occupancyDeadLetters.name,
  });

  await bus.consume({
    group: 'parking.registry',
    handlers: [on(assetChanged, takeRegistrations(lots))],
    deadLetters: registryDeadLetters.name,
  });

  // What is shown and judged is by the time that decisions are made by, whatever the clock of this replica says.
  const ring = {
    lots,
    clock: { kind: clock.kind, now: () => store.now(), observe: (at: Instant) => clock.observe(at) },
  };
  const rpc = implement(ParkingServiceService, access, {
    openLot: command(ring, openLot, {
      read: readOpenLot,
      createsIn: ({ unit }) => unit,
      answer: lotAnswer,
      codec: OpenLotResponse,
    }),
    closeLot: command(ring, closeLot, { read: readCloseLot, answer: lotAnswer, codec: CloseLotResponse }),
    reserveSpace: command(ring, reserveSpace, {
      read: readReserveSpace,
      answer: reservationAnswer,
      codec: ReserveSpaceResponse,
    }),
    cancelReservation: command(ring, cancelReservation, {
      read: readCancelReservation(lots),
      answer: () => ({}),
      codec: CancelReservationResponse,
    }),
    reportOccupancy: reportOccupancy({ ...ring, publisher: bus.publisher }),
    getLot: getLot(ring),
    listLots: listLots(live),
    watchLots: watchLots(live),
  });
  return { rpc, onDue: (name) => expire(lots, name.slice('lots/'.length)) };
}

/** Nobody asks for an expiry: it is the act of the service, in the unit of the lot. */
async function expire(lots: Lots, id: string): Promise<unknown> {
  const lot = await lots.load(id);
  if (!lot || lot.status === undefined) return;
  const principal = { subject: 'service:parking', unit: lot.unit, grants: [] };
  const caller = { principal, authority: judgedBefore, method: 'parking.lots/ExpireHolds' };
  return lots.handle(id, expireHolds, null, caller, () => null);
}
