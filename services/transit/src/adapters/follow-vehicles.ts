import type { Outgoing, Publisher, Received } from '@giaolo/chassis/bus';
import { observation } from '@giaolo/chassis/kafka/records';
import { counter, histogram } from '@giaolo/chassis/metrics';
import { principalOf } from '@giaolo/chassis/principal';
import type { VehiclePositionObserved } from '@giaolo/proto/giaolo/transit/v1/transit_events';
import { stopReached, tripPredicted, vehicleProgressed } from '@giaolo/topics/topics';
import type { ArrivalModel } from '../trip/predict.ts';
import { type Advance, advance, type VehicleState } from '../vehicle/advance.ts';
import {
  type Followed,
  predictionMessage,
  progressMessage,
  readReport,
  stopReachedMessages,
  voidPrediction,
} from './progress-wire.ts';
import type { Schedules } from './schedules.ts';
import type { VehicleStore } from './vehicle-store.ts';
import { tripKey } from './wire.ts';

const followed = counter('giaolo_transit_reports_followed_total', 'Reports of vehicles, by whether they were placed');
const offset = histogram(
  'giaolo_transit_placement_offset_metres',
  'From the reported position to the path of the trip',
  'm',
  [5, 10, 20, 40, 60],
);

interface Ports {
  readonly schedules: Schedules;
  readonly vehicles: VehicleStore;
  readonly publisher: Publisher;
  readonly model: ArrivalModel;
}

/**
 * Follows the vehicles of a batch. What follows from it is published before it is remembered: a batch that is handled
 * again says the same again, which by its observation time replaces itself.
 */
export const followVehicles =
  ({ schedules, vehicles, publisher, model }: Ports) =>
  async (batch: readonly Received<VehiclePositionObserved>[]): Promise<void> => {
    const states = await vehicles.load([...new Set(batch.map(({ key }) => key))]);
    const changed = new Map<string, VehicleState>();
    const outgoing: Outgoing[] = [];
    for (const received of batch) {
      const { feed, position } = received.value;
      const report = readReport(position);
      const next = advance(states.get(received.key), report, schedules.get(feed)?.followedBy, model);
      followed.add(1, { outcome: next ? (next.unplaced ?? 'PLACED') : 'OUT_OF_ORDER' });
      if (!next) continue;
      if (next.placed) offset.record(next.placed.placement.offset);
      states.set(received.key, next.state);
      changed.set(received.key, next.state);
      outgoing.push(...announce(received, next, model, schedules));
    }
    await publisher.send(outgoing);
    await vehicles.save(changed);
  };

function* announce(
  received: Received<VehiclePositionObserved>,
  next: Advance,
  model: ArrivalModel,
  schedules: Schedules,
): Generator<Outgoing> {
  const { feed, position } = received.value;
  const by = { principal: principalOf(received), observedAt: received.time, traceparent: received.traceparent };
  const of: Followed = { feed, position, model: model.name, stops: schedules.get(feed)?.timetable.data.stops ?? [] };
  yield observation(vehicleProgressed, received.key, { progress: progressMessage(of, next) }, by);
  if (next.left) {
    const key = tripKey(feed, next.left.tripId, next.left.startDate);
    yield observation(tripPredicted, key, { prediction: voidPrediction(of, next.left) }, by);
  }
  if (!next.trip) return;
  const key = tripKey(feed, next.trip.tripId, next.trip.startDate);
  for (const reached of stopReachedMessages(of, next)) yield observation(stopReached, key, reached, by);
  const prediction = predictionMessage(of, next);
  if (prediction) yield observation(tripPredicted, key, { prediction }, by);
}
