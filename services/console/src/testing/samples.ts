import type { PageLot, PageNetwork, PagePrediction, PageVehicle } from '@giaolo/gateway/page-contract';

// Builders for tests: everything has a fitting default, tests name only what they are about.

export const FEED = 'feeds/vung-tau';

export const vehicle = (vehicleId: string, more: Partial<PageVehicle> = {}): PageVehicle => ({
  key: `${FEED}/vehicles/${vehicleId}`,
  feed: FEED,
  vehicleId,
  observedAt: 0,
  lat: 10.35,
  lon: 107.08,
  ...more,
});

export const onTrip = (vehicleId: string, latenessSeconds: number, more: Partial<PageVehicle> = {}): PageVehicle =>
  vehicle(vehicleId, {
    trip: { tripId: `t-${vehicleId}`, startDate: '20261124', routeId: 'R4' },
    placement: { distance: 500, lat: 10.36, lon: 107.09, latenessSeconds, nextStopId: 'S2', nextStopSequence: 2 },
    ...more,
  });

export const prediction = (vehicleId: string, more: Partial<PagePrediction> = {}): PagePrediction => ({
  key: `${FEED}/trips/t-${vehicleId}@20261124`,
  feed: FEED,
  tripId: `t-${vehicleId}`,
  startDate: '20261124',
  routeId: 'R4',
  vehicleId,
  observedAt: 0,
  model: 'schedule-deviation',
  stops: [
    { stopId: 'S2', stopSequence: 2, scheduledAt: 60_000, predictedAt: 120_000 },
    { stopId: 'S3', stopSequence: 3, scheduledAt: 180_000, predictedAt: 240_000 },
  ],
  ...more,
});

export const lot = (id: string, more: Partial<PageLot> = {}): PageLot => ({
  key: `lots/${id}`,
  name: id,
  lat: 10.34,
  lon: 107.07,
  state: 'OPEN',
  capacity: 100,
  occupied: 60,
  reserved: 5,
  free: 35,
  observedAt: 0,
  ...more,
});

export const network: PageNetwork = {
  feeds: [
    {
      feed: FEED,
      agencyName: 'Xe buýt Vũng Tàu',
      timeZone: 'Asia/Ho_Chi_Minh',
      digest: 'd1',
      routes: [
        {
          routeId: 'R4',
          shortName: '04',
          longName: 'Bến xe Vũng Tàu - Bãi Sau',
          color: '',
          paths: [
            [
              [107.07, 10.34],
              [107.1, 10.36],
            ],
          ],
        },
      ],
      stops: [
        { stopId: 'S1', name: 'Bến xe Vũng Tàu', lat: 10.34, lon: 107.07 },
        { stopId: 'S2', name: 'Chợ Vũng Tàu', lat: 10.35, lon: 107.085 },
        { stopId: 'S3', name: 'Đường Thùy Vân', lat: 10.36, lon: 107.1 },
      ],
    },
  ],
};
