import type { Instant } from '@giaolo/chassis/clock';
import { aRequestId, type Check, demand, instantOf, type ReasonOf } from '@giaolo/chassis/demand';
import { type Refused, refusals } from '@giaolo/chassis/errors';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { Handler } from '@giaolo/chassis/handle';
import { parseUnit } from '@giaolo/chassis/principal';
import { digest } from '@giaolo/chassis/store';
import type { ErrorReason } from '@giaolo/proto/giaolo/parking/v1/parking_errors';
import type { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  type CancelReservationRequest,
  type CloseLotRequest,
  Lot_State,
  type Lot as LotMessage,
  type OccupancyObservation,
  type OpenLotRequest,
  RefusedObservation_Reason,
  type ReserveSpaceRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { Asset } from '@giaolo/proto/giaolo/registry/v1/asset';
import { availabilityOf } from '../lot/availability.ts';
import type { CancelReservation } from '../lot/cancel-reservation.ts';
import type { RegisteredLot } from '../lot/follow-registry.ts';
import { type KnownLot, type Lot, type LotEvent, unitOf } from '../lot/lot.ts';
import type { ObservationRefusal } from '../lot/observation.ts';
import type { Observation } from '../lot/observe.ts';
import type { OpenLot } from '../lot/open-lot.ts';
import type { ReserveSpace } from '../lot/reserve-space.ts';

/** A command and the id of the lot that it is for. */
export interface Ask<Command> {
  readonly id: string;
  readonly command: Command;
}

const LOT_NAME = /^lots\/([a-z0-9-]{1,64})$/;
const RESERVATION_NAME = /^lots\/([a-z0-9-]{1,64})\/reservations\/([A-Za-z0-9_-]{1,64})$/;
const BAY_ID = /^[A-Za-z0-9._-]{1,64}$/;
const MOST_SPACES = 100_000;
const MOST_BAYS = 5_000;
const OPERATOR = 'operator';

export const lotName = (id: string): string => `lots/${id}`;

const reservationName = (lot: string, reservationId: string): string => `${lot}/reservations/${reservationId}`;

const aLotName = (text: string): Check => [LOT_NAME.test(text), 'must be lots/{1-64 of a-z 0-9 and hyphen}'];

const lotId = (name: string): string => LOT_NAME.exec(name)?.[1] ?? '';

export function readLotName(field: string, name: string): string {
  demand({ [field]: aLotName(name) });
  return lotId(name);
}

export function readOpenLot(request: OpenLotRequest, { principal }: Pick<Call, 'principal'>): Ask<OpenLot> {
  const { requestId, name, displayName, position, capacity, bayIds } = request;
  const { latitude, longitude } = position ?? { latitude: Number.NaN, longitude: Number.NaN };
  const { code, validFrom } = request.unit ?? principal.unit;
  const counted = bayIds.length === 0;
  const bays = new Set(bayIds);
  demand({
    request_id: aRequestId(requestId),
    name: aLotName(name),
    unit: [parseUnit(`${code}/${validFrom}`) !== undefined, 'must be a code and a day YYYY-MM-DD'],
    display_name: [/\S/.test(displayName) && displayName.length <= 200, 'must be 1 to 200 characters'],
    'position.latitude': [Math.abs(latitude) <= 90, 'must be -90 to 90'],
    'position.longitude': [Math.abs(longitude) <= 180, 'must be -180 to 180'],
    position: [latitude !== 0 || longitude !== 0, 'must not be 0, 0, which is what a device without a fix says'],
    capacity: counted
      ? [capacity >= 1 && capacity <= MOST_SPACES, `must be 1 to ${MOST_SPACES}, or bay_ids be given`]
      : [capacity === 0, 'must be left 0 when bay_ids are given'],
    bay_ids: [
      bayIds.length <= MOST_BAYS && bays.size === bayIds.length && bayIds.every((id) => BAY_ID.test(id)),
      `must be at most ${MOST_BAYS} different ids, each 1-64 of A-Z a-z 0-9 . _ and hyphen`,
    ],
  });
  const command = { displayName, latitude, longitude, capacity: counted ? capacity : bayIds.length, bayIds };
  return { id: lotId(name), command: { ...command, unit: { code, validFrom } } };
}

export function readCloseLot({ requestId, name }: CloseLotRequest): Ask<null> {
  demand({ request_id: aRequestId(requestId), name: aLotName(name) });
  return { id: lotId(name), command: null };
}

/** The id of a reservation comes from who asked and under which request id: the same ask is the same reservation. */
export function readReserveSpace(
  request: ReserveSpaceRequest,
  { principal }: Pick<Call, 'principal'>,
): Ask<ReserveSpace> {
  const { requestId, lot } = request;
  const { subject } = principal;
  const arriveBy = instantOf(request.arriveByTime);
  demand({
    request_id: aRequestId(requestId),
    lot: aLotName(lot),
    arrive_by_time: [arriveBy !== undefined, 'must be given'],
  });
  const reservationId = digest(`${subject}\n${requestId}`);
  return { id: lotId(lot), command: { reservationId, holder: subject, arriveBy: arriveBy as Instant } };
}

/** Somebody else's space is given back only by an operator of the lot's own unit: for those the lot is looked at first. */
export const readCancelReservation =
  (lots: Pick<Handler<Lot, LotEvent>, 'load'>) =>
  async ({ requestId, name }: CancelReservationRequest, call: Call): Promise<Ask<CancelReservation>> => {
    const [, lot, reservationId] = RESERVATION_NAME.exec(name) ?? [];
    demand({
      request_id: aRequestId(requestId),
      name: [lot !== undefined, 'must be lots/{lot}/reservations/{reservation}'],
    });
    const { principal, rights } = call;
    const id = lot as string;
    const unit = rights.hasSomewhere(OPERATOR) ? unitOf((await lots.load(id)) ?? {}) : undefined;
    const byOperator = unit !== undefined && rights.holds(OPERATOR, unit);
    return { id, command: { reservationId: reservationId as string, by: principal.subject, byOperator } };
  };

/** Undefined when a field is missing or out of range. */
export function readObservation(message: OccupancyObservation | undefined): Ask<Observation> | undefined {
  const [, id] = LOT_NAME.exec(message?.lot ?? '') ?? [];
  const observedAt = instantOf(message?.observedTime);
  const seen = message?.observation;
  if (!id || observedAt === undefined || !seen) return undefined;
  if (seen.$case === 'bay') {
    const { bayId, occupied } = seen.value;
    return BAY_ID.test(bayId) ? { id, command: { bayId, occupied, observedAt } } : undefined;
  }
  const occupied = seen.value;
  return occupied >= 0 && occupied <= MOST_SPACES ? { id, command: { occupied, observedAt } } : undefined;
}

/** Undefined when the asset is no lot, or one whose bays are not registered yet. Throws when parking cannot keep it. */
export function readRegisteredLot(asset: Asset | undefined): Ask<RegisteredLot> | undefined {
  if (asset?.details?.$case !== 'lot') return undefined;
  const { name, displayName, position, unit, revision, retiredOn } = asset;
  const { capacity, bayIds } = asset.details.value;
  if (capacity === 0) return undefined;
  const id = lotId(name);
  if (!id || !position || !unit)
    throw new Error(`INVALID: ${name} has no place, no unit or no name that a lot can have`);
  const { latitude, longitude } = position;
  const place = { displayName, latitude, longitude, unit: { code: unit.code, validFrom: unit.validFrom } };
  return { id, command: { ...place, capacity, bayIds, revision, retired: retiredOn !== '' } };
}

export function lotMessage(name: string, lot: KnownLot, now: Instant): LotMessage {
  const { observedAt, ...spaces } = availabilityOf(lot, now);
  return {
    name,
    displayName: lot.displayName,
    position: { latitude: lot.latitude, longitude: lot.longitude },
    state: lot.status === 'open' ? Lot_State.STATE_OPEN : Lot_State.STATE_CLOSED,
    availability: { ...spaces, observedTime: observedAt === undefined ? undefined : new Date(observedAt) },
    unit: lot.unit,
  };
}

export const lotAnswer = (name: string, lot: KnownLot, _: unknown, now: Instant) => ({
  lot: lotMessage(name, lot, now),
});

/** The hold as it stands: the same reservation asked for again keeps its first time of arrival. */
export const reservationAnswer = (name: string, lot: KnownLot, { reservationId, arriveBy }: ReserveSpace) => ({
  reservation: reservationMessage(name, reservationId, lot[`hold:${reservationId}`]?.until ?? arriveBy),
});

const reservationMessage = (lot: string, reservationId: string, until: Instant) => ({
  name: reservationName(lot, reservationId),
  arriveByTime: new Date(until),
});

export const lotChangedMessage = (event: LotEvent, after: Lot, name: string, now: Instant): LotChanged => ({
  lot: after.status === undefined ? undefined : lotMessage(name, after, now),
  changedTime: new Date(now),
  fact: factMessage(event, name),
});

function factMessage(event: LotEvent, lot: string): NonNullable<LotChanged['fact']> {
  switch (event.type) {
    case 'LotOpened':
      return { $case: 'opened', value: { bayIds: [...event.bayIds] } };
    case 'LotRegistered':
      return { $case: 'registered', value: { bayIds: [...event.bayIds] } };
    case 'LotClosed':
      return { $case: 'closed', value: {} };
    case 'SpaceReserved':
      return {
        $case: 'spaceReserved',
        value: { reservation: reservationMessage(lot, event.reservationId, event.until) },
      };
    case 'ReservationCancelled':
      return { $case: 'reservationCancelled', value: { name: reservationName(lot, event.reservationId) } };
    case 'ReservationExpired':
      return { $case: 'reservationExpired', value: { name: reservationName(lot, event.reservationId) } };
    case 'OccupancyCounted':
      return {
        $case: 'occupancyCounted',
        value: { occupied: event.occupied, observedTime: new Date(event.observedAt) },
      };
    case 'BayObserved':
      return {
        $case: 'bayObserved',
        value: { bayId: event.bayId, occupied: event.occupied, observedTime: new Date(event.observedAt) },
      };
    default:
      return event satisfies never;
  }
}

export type Refusal = ReasonOf<typeof ErrorReason>;

const answers: Readonly<Record<Refusal, Refused>> = {
  LOT_UNKNOWN: { code: 'NOT_FOUND', vi: 'Không có bãi xe này.', en: 'There is no such car park.' },
  LOT_CLOSED: { code: 'FAILED_PRECONDITION', vi: 'Bãi xe đang đóng cửa.', en: 'The car park is closed.' },
  LOT_FULL: { code: 'RESOURCE_EXHAUSTED', vi: 'Bãi xe đã hết chỗ.', en: 'The car park is full.' },
  HOLD_TOO_LONG: {
    code: 'INVALID_ARGUMENT',
    vi: 'Chỉ giữ chỗ được tối đa 30 phút.',
    en: 'A space can be kept for at most 30 minutes.',
  },
  ARRIVAL_PASSED: { code: 'INVALID_ARGUMENT', vi: 'Giờ đến đã qua.', en: 'The time of arrival has passed.' },
  RESERVATION_UNKNOWN: {
    code: 'NOT_FOUND',
    vi: 'Lượt giữ chỗ này không còn hiệu lực.',
    en: 'This reservation does not stand (any more).',
  },
  NOT_HOLDER: {
    code: 'PERMISSION_DENIED',
    vi: 'Lượt giữ chỗ này là của người khác.',
    en: 'This reservation is somebody else’s.',
  },
  LOT_DIFFERS: {
    code: 'FAILED_PRECONDITION',
    vi: 'Hãy đóng bãi xe trước khi thay đổi cách đếm hoặc các ô đỗ.',
    en: 'Close the car park before you change its bays or how it is measured.',
  },
};

export const refused = refusals<Refusal>('parking.giaolo', answers);

export const refusedObservation: Readonly<
  Record<ObservationRefusal | 'INVALID' | 'UNIT_FOREIGN', RefusedObservation_Reason>
> = {
  INVALID: RefusedObservation_Reason.REASON_INVALID,
  IN_FUTURE: RefusedObservation_Reason.REASON_IN_FUTURE,
  LOT_UNKNOWN: RefusedObservation_Reason.REASON_LOT_UNKNOWN,
  NOT_MEASURED_SO: RefusedObservation_Reason.REASON_NOT_MEASURED_SO,
  UNIT_FOREIGN: RefusedObservation_Reason.REASON_UNIT_FOREIGN,
};
