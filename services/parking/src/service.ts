import { type Bus, on, view } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import { type Implementation, implement } from '@giaolo/chassis/grpc/service';
import { announcement, Handler } from '@giaolo/chassis/handle';
import type { DecisionStore } from '@giaolo/chassis/store';
import {
  CancelReservationResponse,
  CloseLotResponse,
  OpenLotResponse,
  ParkingServiceService,
  ReserveSpaceResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { lotChanged, occupancyDeadLetters, occupancyObserved } from '@giaolo/topics/topics';
import { command, getLot, type Lots, listLots, watchLots } from './adapters/grpc.ts';
import { takeObservations } from './adapters/kafka.ts';
import { reportOccupancy } from './adapters/report.ts';
import {
  lotAnswer,
  lotChangedMessage,
  readCancelReservation,
  readCloseLot,
  readOpenLot,
  readReserveSpace,
  reservationAnswer,
} from './adapters/wire.ts';
import { cancelReservation } from './lot/cancel-reservation.ts';
import { closeLot } from './lot/close-lot.ts';
import { expireHolds } from './lot/expire-holds.ts';
import { evolve, type Lot, type LotEvent, nextDeadline } from './lot/lot.ts';
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
  const lots = lotsIn(store, onCommitted);
  const live = await bus.view({ sources: [view(lotChanged, ({ value }) => value.lot)] });
  await bus.consume({
    group: 'parking.occupancy',
    handlers: [on(occupancyObserved, takeObservations(lots))],
    deadLetters: occupancyDeadLetters.name,
  });

  const ring = { lots, clock };
  const rpc = implement(ParkingServiceService, {
    openLot: command(ring, openLot, { read: readOpenLot, answer: lotAnswer, codec: OpenLotResponse }),
    closeLot: command(ring, closeLot, { read: readCloseLot, answer: lotAnswer, codec: CloseLotResponse }),
    reserveSpace: command(ring, reserveSpace, {
      read: readReserveSpace,
      answer: reservationAnswer,
      codec: ReserveSpaceResponse,
    }),
    cancelReservation: command(ring, cancelReservation, {
      read: readCancelReservation,
      answer: () => ({}),
      codec: CancelReservationResponse,
    }),
    reportOccupancy: reportOccupancy({ lots, publisher: bus.publisher, clock }),
    getLot: getLot(ring),
    listLots: listLots(live),
    watchLots: watchLots(live),
  });
  return { rpc, onDue: (name) => expire(lots, name.slice('lots/'.length)) };
}

const lotsIn = (store: DecisionStore, onCommitted: (name: string) => void): Lots =>
  new Handler<Lot, LotEvent>(
    {
      entity: 'lots',
      evolve,
      nextDeadline,
      announce: (event, after, name, now) => announcement(lotChanged, name, lotChangedMessage(event, after, name, now)),
    },
    store,
    onCommitted,
  );

/** Nobody asks for an expiry: it is the act of the service, in the unit of the lot. */
async function expire(lots: Lots, id: string): Promise<unknown> {
  const lot = await lots.load(id);
  if (!lot || lot.status === undefined) return;
  const principal = { subject: 'service:parking', unit: lot.unit, roles: [] };
  return lots.handle(id, expireHolds, null, { principal, method: 'parking.lots/ExpireHolds' }, () => null);
}
