import { announcement } from '@giaolo/chassis/aggregate';
import { type Bus, on, view } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import { type Implementation, implement } from '@giaolo/chassis/grpc/service';
import { Handler } from '@giaolo/chassis/handle';
import type { DecisionStore } from '@giaolo/chassis/store';
import { TransitServiceService } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { feedActivated, feedState, progressDeadLetters, vehiclePositionObserved } from '@giaolo/topics/topics';
import { access } from './adapters/access.ts';
import type { FeedArchive } from './adapters/feed-archive.ts';
import { followVehicles } from './adapters/follow-vehicles.ts';
import { importFeed } from './adapters/import-feed.ts';
import { listArrivals, predictionsView, vehiclesView, watchPredictions, watchVehicles } from './adapters/live.ts';
import { listFeeds, listRoutes, listStops } from './adapters/network.ts';
import { reportVehiclePositions } from './adapters/report-positions.ts';
import { Schedules } from './adapters/schedules.ts';
import type { VehicleStore } from './adapters/vehicle-store.ts';
import { feedMessage } from './adapters/wire.ts';
import { evolve } from './schedule/activate-feed.ts';
import { scheduleDeviation } from './trip/predict.ts';

export interface Ports {
  readonly store: DecisionStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly archive: FeedArchive;
  readonly vehicles: VehicleStore;
  /** Told of every feed whose events wait in the outbox. */
  readonly onCommitted: (name: string) => void;
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal;
}

/** Table of contents: what transit is asked and told, and what answers. */
export async function startTransit(ports: Ports): Promise<Implementation> {
  const { store, bus, clock, archive, vehicles, onCommitted, stopping } = ports;
  const feeds = new Handler(
    {
      entity: 'feeds',
      evolve,
      unitOf: ({ unit }) => unit,
      stateTopic: feedState,
      announce: ({ summary, unit }, _after, name, now) =>
        announcement(feedActivated, name, { feed: feedMessage(name, summary, unit), activatedTime: new Date(now) }),
    },
    store,
    onCommitted,
  );
  const schedules = new Schedules(archive);
  // Before the first position: by what is in force, a vehicle is placed.
  await schedules.follow(await bus.view({ sources: [view(feedActivated, ({ value }) => value.feed)] }), stopping);
  const [progress, predictions] = await Promise.all([vehiclesView(bus), predictionsView(bus)]);
  const follow = followVehicles({ schedules, vehicles, publisher: bus.publisher, model: scheduleDeviation });
  await bus.consume({
    group: 'transit.progress',
    handlers: [on(vehiclePositionObserved, follow)],
    deadLetters: progressDeadLetters.name,
  });

  return implement(TransitServiceService, access, {
    importFeed: importFeed({ feeds, archive, schedules }),
    listFeeds: listFeeds(schedules),
    listRoutes: listRoutes(schedules),
    listStops: listStops(schedules),
    listArrivals: listArrivals(schedules, predictions),
    reportVehiclePositions: reportVehiclePositions({ schedules, publisher: bus.publisher, clock }),
    watchVehicles: watchVehicles(schedules, progress),
    watchPredictions: watchPredictions(schedules, predictions),
  });
}
