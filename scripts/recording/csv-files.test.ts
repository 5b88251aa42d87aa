import { expect, test } from '@jest/globals';
import { arrivalLines, matchLines, predictionLines } from './csv-files.ts';
import { Ledger } from './ledger.ts';
import { departure, ping } from './straight-line.ts';

const text = (lines: Iterable<string>): string => [...lines].join('');

test('predictions', () => {
  const publication = {
    tripId: 'T,"1"',
    startDate: '20260216',
    vehicleId: 'V',
    observedAt: departure,
    model: 'schedule-deviation',
    stopIds: ['B', 'C'],
    stopSequences: Uint32Array.of(2, 3),
    predictedAt: Float64Array.of(departure + 100_000, departure + 200_500),
  };
  expect(text(predictionLines([publication]))).toBe(
    `predicted_at,trip_id,start_date,vehicle_id,stop_id,stop_sequence,predicted_arrival,p10,p90,model
1771200000,"T,""1""",20260216,V,B,2,1771200100,,,schedule-deviation
1771200000,"T,""1""",20260216,V,C,3,1771200200.5,,,schedule-deviation
`,
  );
});

test('arrivals', () => {
  const arrival = { tripId: 'T', startDate: '20260216', vehicleId: 'V', stopId: 'B', stopSequence: 2, gapSeconds: 30 };
  expect(text(arrivalLines([{ ...arrival, at: departure + 98_333.3 }]))).toBe(
    `trip_id,start_date,vehicle_id,stop_id,stop_sequence,arrival,gap_seconds
T,20260216,V,B,2,1771200098.333,30
`,
  );
});

test('matches', () => {
  const ledger = new Ledger();
  const positions = [0, 1, 2, 3].map((i) => ping(i, 0, { routeId: 'R', directionId: 1 }));
  const sent = positions.map((position) => ledger.send(position, 0));
  ledger.see('V', sent[0]?.position.at ?? 0, { kind: 'placed', reason: '' }, 1);
  ledger.see('V', sent[1]?.position.at ?? 0, { kind: 'unplaced', reason: 'OFF_ROUTE' }, 1);
  if (sent[2]) ledger.refuse(sent[2], 'NO_FIX');
  expect(text(matchLines(sent))).toBe(
    `timestamp,vehicle_id,trip_id,route_id,direction_id,state,confidence
1771200000,V,T,R,1,in_progress,1
1771200001,V,T,R,1,off_route,0
1771200002,V,T,R,1,unknown,0
1771200003,V,T,R,1,unknown,0
`,
  );
});
