import { testWithRecordings } from '@giaolo/chassis/testing/recordings';
import { expect } from '@jest/globals';
import Papa from 'papaparse';
import { recordedFeed, recording } from '../../test/recordings.ts';
import { tripPaths } from './path.ts';
import { MAX_OFFSET, type PlaceState, place, type Run } from './place.ts';
import { scheduleDeviation } from './predict.ts';
import { progressOf } from './progress.ts';

const FOLDER = 'gtfs-rt/wmata-2026-02-16';
const HALF_AN_HOUR = 30 * 60_000;

interface RecordedPing {
  readonly tripId: string;
  readonly startDate: string;
  readonly vehicleId: string;
  readonly at: number;
  readonly lat: number;
  readonly lon: number;
}

function recordedPings(): RecordedPing[] {
  const text = recording(`${FOLDER}/vehicle_positions.csv`).toString();
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  const pings = data.map((row) => ({
    tripId: row['vehicle.trip.trip_id'] ?? '',
    startDate: row['vehicle.trip.start_date'] ?? '',
    vehicleId: row['vehicle.vehicle.id'] ?? '',
    at: Number(row['vehicle.timestamp']) * 1000,
    lat: Number(row['vehicle.position.latitude']),
    lon: Number(row['vehicle.position.longitude']),
  }));
  return pings.sort((a, b) => a.at - b.at);
}

testWithRecordings(
  'a day of three bus lines in Washington is placed on its paths, in the order of events',
  async () => {
    const feed = await recordedFeed(`${FOLDER}/gtfs_3routes.zip`);
    const pings = recordedPings();
    const paths = tripPaths(feed);
    const runs = new Map<string, Run>();
    const states = new Map<string, PlaceState>();
    const unplaced = new Map<string, number>();
    let placed = 0;
    let predictions = 0;

    const runOf = ({ tripId, startDate }: RecordedPing): Run => {
      const key = `${tripId}@${startDate}`;
      const trip = feed.trip(tripId) ?? -1;
      expect(feed.tripRunsOn(trip, startDate)).toBe(true);
      return { key, path: paths.of(trip), schedule: feed.scheduleOf(trip, startDate) };
    };

    const startedAt = performance.now();
    for (const ping of pings) {
      const run = runs.get(`${ping.tripId}@${ping.startDate}`) ?? runOf(ping);
      runs.set(run.key, run);
      const placing = place(states.get(ping.vehicleId), run, ping);
      states.set(ping.vehicleId, placing.state);
      if (!('placement' in placing)) {
        unplaced.set(placing.reason, (unplaced.get(placing.reason) ?? 0) + 1);
        continue;
      }
      const { distance, offset, before } = placing.placement;
      if (distance < (before?.distance ?? 0) || offset > MAX_OFFSET) throw new Error(`badly placed: ${ping.vehicleId}`);
      placed += 1;
      predictions += scheduleDeviation.predict(
        run.schedule,
        progressOf(run, placing.placement),
        ping.at,
        HALF_AN_HOUR,
      ).length;
    }
    const perSecond = Math.round(pings.length / ((performance.now() - startedAt) / 1000));
    const share = placed / pings.length;
    const why = [...unplaced].map(([reason, count]) => `${count} ${reason}`).join(', ');
    process.stdout.write(
      `${placed} of ${pings.length} positions placed (${(share * 100).toFixed(2)} %; ${why}), ` +
        `${predictions} predictions, ${perSecond} positions/s\n`,
    );
    expect(pings).toHaveLength(20_777);
    expect(share).toBeGreaterThanOrEqual(0.95);
  },
);
