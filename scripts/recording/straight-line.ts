import type { Instant } from '@giaolo/chassis/clock';
import type { RecordedPosition } from './positions.ts';
import type { Timetable, Trip } from './timetable.ts';

/** For tests: trip T, 4 km due north at 10 m/s, with a stop each kilometre (A to E), every day at 7:00 in Vung Tau. */
export const departure: Instant = Date.parse('2026-02-16T07:00:00+07:00');

const metre = 1 / 111_195.08;
const startLat = 10.35;
const lon = 107.08;

const trip: Trip = {
  tripId: 'T',
  routeId: 'R',
  stops: ['A', 'B', 'C', 'D', 'E'].map((stopId, i) => ({
    stopId,
    stopSequence: i + 1,
    place: [startLat + i * 1000 * metre, lon],
    arrivalSeconds: 7 * 3600 + i * 100,
    departureSeconds: 7 * 3600 + i * 100,
  })),
  shape: [
    [startLat, lon],
    [startLat + 4000 * metre, lon],
  ],
  byHeadway: false,
  runsOn: () => true,
};

export const timetableOf = (changes: Partial<Trip> = {}): Timetable => ({
  timeZone: 'Asia/Ho_Chi_Minh',
  trip: (tripId) => (tripId === 'T' ? { ...trip, ...changes } : undefined),
});

/** The vehicle at `metres` along the line, `seconds` after the departure. */
export const ping = (seconds: number, metres: number, changes: Partial<RecordedPosition> = {}): RecordedPosition => ({
  line: 2,
  at: departure + seconds * 1000,
  vehicleId: 'V',
  tripId: 'T',
  startDate: '20260216',
  latitude: startLat + metres * metre,
  longitude: lon,
  ...changes,
});
