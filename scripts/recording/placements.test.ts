import { VehicleProgress } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { expect, test } from '@jest/globals';
import { Placements } from './placements.ts';
import { ping, timetableOf } from './straight-line.ts';

/** The vehicle at `metres` is put at `placedAt`, `aside` degrees of longitude beside the line. */
function progress(seconds: number, metres: number, placedAt: number, aside = 0): VehicleProgress {
  const { at, latitude, longitude } = ping(seconds, metres);
  return VehicleProgress.fromPartial({
    vehicleId: 'V',
    observedTime: new Date(at),
    position: { latitude, longitude },
    trip: { tripId: 'T', startDate: '20260216' },
    placement: { distance: placedAt, position: { latitude: ping(0, placedAt).latitude, longitude: longitude + aside } },
  });
}

test('counts what is on the path, near the vehicle, and what goes back', () => {
  const placements = new Placements(timetableOf());
  placements.add(progress(0, 100, 100));
  placements.add(progress(30, 300, 359));
  placements.add(progress(60, 300, 362));
  placements.add(progress(90, 300, 361));
  placements.add(progress(120, 400, 400, 0.0001));
  expect(placements).toMatchObject({ placed: 5, near: 2, backward: 1 });
});

test('repetitions and vehicles that are not placed count nothing', () => {
  const placements = new Placements(timetableOf());
  placements.add(progress(30, 300, 300));
  placements.add(progress(30, 300, 300));
  placements.add(progress(0, 100, 100));
  placements.add(VehicleProgress.fromPartial({ vehicleId: 'V', observedTime: new Date(), trip: { tripId: 'T' } }));
  expect(placements).toMatchObject({ placed: 1, near: 1, backward: 0 });
});
