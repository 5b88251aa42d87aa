import { TripPrediction } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { expect, test } from '@jest/globals';
import { Published } from './published.ts';
import { runsOf } from './runs.ts';
import { departure, ping, timetableOf } from './straight-line.ts';

const time = (seconds: number): Date => new Date(departure + seconds * 1000);

const said = (observed: number, stops: Record<number, number>, vehicleId = 'V'): TripPrediction =>
  TripPrediction.fromPartial({
    feed: 'feeds/f',
    trip: { tripId: 'T', startDate: '20260216', routeId: 'R' },
    vehicleId,
    observedTime: time(observed),
    model: 'schedule-deviation',
    stops: Object.entries(stops).map(([sequence, seconds]) => ({
      stopId: `S${sequence}`,
      stopSequence: Number(sequence),
      predictedArrivalTime: time(seconds),
    })),
  });

test('the newest prediction that stood at the time, of that vehicle, is the one that counts', () => {
  const published = new Published();
  for (const prediction of [
    said(10, { 2: 100, 3: 200 }),
    said(40, { 3: 220 }),
    said(20, { 3: 1 }),
    said(50, { 3: 9 }, 'W'),
  ])
    published.add(prediction);
  const [run] = runsOf([ping(0, 0)], timetableOf());
  if (!run) throw new Error('no run');
  const at = (sequence: number, seconds: number) => published.arrival(run, sequence, departure + seconds * 1000);
  expect(at(3, 9)).toBeUndefined();
  expect(at(3, 10)).toBe(departure + 200_000);
  expect(at(3, 39)).toBe(departure + 200_000);
  expect(at(3, 600)).toBe(departure + 220_000);
  expect(at(2, 600)).toBeUndefined();
  expect(published.newestOf('T', '20260216', 'V')).toBe(departure + 40_000);
  expect(published.newestOf('T', '20260217', 'V')).toBe(Number.NEGATIVE_INFINITY);
  expect([published.publications, published.predictions]).toEqual([3, 4]);
  expect([...published].map(({ observedAt }) => (observedAt - departure) / 1000)).toEqual([10, 40, 50]);
});
