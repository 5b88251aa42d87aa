import type { Outgoing, Publisher } from '@giaolo/chassis/bus';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { demand, instantOf } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { inTurn } from '@giaolo/chassis/grpc/in-turn';
import { observation } from '@giaolo/chassis/kafka/records';
import { counter } from '@giaolo/chassis/metrics';
import {
  type RefusedPosition,
  RefusedPosition_Reason,
  type ReportVehiclePositionsRequest,
  type ReportVehiclePositionsResponse,
  type VehiclePosition,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { vehiclePositionObserved } from '@giaolo/topics/topics';
import { judgePosition, type PositionRefusal } from '../report/judge-position.ts';
import { scheduleOf } from './network.ts';
import type { Schedules } from './schedules.ts';
import { aFeedName, vehicleKey } from './wire.ts';

const MOST_POSITIONS = 500;
const MESSAGES_AT_ONCE = 32;
const MOST_VEHICLES = 50_000;

const reported = counter('giaolo_transit_positions_total', 'Positions reported, by what became of them');

const reasons: Readonly<Record<PositionRefusal, RefusedPosition_Reason>> = {
  INVALID: RefusedPosition_Reason.REASON_INVALID,
  NO_FIX: RefusedPosition_Reason.REASON_NO_FIX,
  IN_FUTURE: RefusedPosition_Reason.REASON_IN_FUTURE,
  OUT_OF_ORDER: RefusedPosition_Reason.REASON_OUT_OF_ORDER,
  TOO_OLD: RefusedPosition_Reason.REASON_TOO_OLD,
};

interface Ports {
  readonly schedules: Schedules;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

/** Judges what operators report and puts it on the bus; each message is answered when Kafka has it. */
export const reportVehiclePositions =
  (ports: Ports) => (requests: AsyncIterable<ReportVehiclePositionsRequest>, call: Call) => {
    const stream = new ReportStream(ports, call);
    return inTurn(requests, MESSAGES_AT_ONCE, (request) => stream.take(request));
  };

class ReportStream {
  readonly #ports: Ports;
  readonly #call: Call;
  /** When each vehicle was seen last on this stream. */
  readonly #seen = new Map<string, Instant>();

  constructor(ports: Ports, call: Call) {
    this.#ports = ports;
    this.#call = call;
  }

  async take({ feed, positions }: ReportVehiclePositionsRequest): Promise<ReportVehiclePositionsResponse> {
    demand({
      feed: aFeedName(feed),
      positions: [positions.length <= MOST_POSITIONS, `must be at most ${MOST_POSITIONS}`],
    });
    scheduleOf(this.#ports.schedules, feed, this.#call);
    const refused: RefusedPosition[] = [];
    const records: Outgoing[] = [];
    for (const [index, position] of positions.entries()) {
      const refusal = this.#judge(feed, position);
      reported.add(1, { outcome: refusal ?? 'TAKEN' });
      if (refusal) refused.push({ index, reason: reasons[refusal] });
      else records.push(this.#record(feed, position));
    }
    await this.#ports.publisher.send(records);
    return { accepted: records.length, refused };
  }

  #judge(feed: string, position: VehiclePosition): PositionRefusal | undefined {
    const { clock } = this.#ports;
    const observedAt = instantOf(position.observedTime);
    // A recording is its own clock.
    if (observedAt !== undefined) clock.observe(observedAt);
    const { latitude, longitude } = position.position ?? { latitude: Number.NaN, longitude: Number.NaN };
    const { vehicleId, bearing, speed } = position;
    const key = vehicleKey(feed, vehicleId);
    const claim = { vehicleId, observedAt, latitude, longitude, bearing, speed };
    const refusal = judgePosition(claim, clock.now(), this.#seen.get(key));
    if (!refusal) this.#remember(key, observedAt as Instant);
    return refusal;
  }

  #remember(key: string, at: Instant): void {
    this.#seen.delete(key);
    this.#seen.set(key, at);
    if (this.#seen.size > MOST_VEHICLES) this.#seen.delete(this.#seen.keys().next().value as string);
  }

  #record(feed: string, position: VehiclePosition): Outgoing {
    const { principal, traceparent } = this.#call;
    const observedAt = instantOf(position.observedTime) as Instant;
    const key = vehicleKey(feed, position.vehicleId);
    return observation(vehiclePositionObserved, key, { feed, position }, { principal, observedAt, traceparent });
  }
}
