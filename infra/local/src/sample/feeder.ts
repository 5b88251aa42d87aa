// The sample's field: the city's files, an operator's system that imports its schedule and reports three buses, and two
// car parks. Run as `node feeder.ts <platform.json>`; speaks nothing but the public gRPC.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, parseClock } from '@giaolo/chassis/clock';
import {
  ParkingServiceClient,
  type ReportOccupancyRequest,
  type ReportOccupancyResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import {
  type ReportVehiclePositionsRequest,
  type ReportVehiclePositionsResponse,
  TransitServiceClient,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { root } from '../places.ts';
import type { PlatformInfo } from '../platform-info.ts';
import { busAt } from './buses.ts';
import { readLine } from './line.ts';
import { beach, counted, lots, market, taken } from './lots.ts';
import { insist, keepReporting } from './reporting.ts';
import { sampleFeed } from './timetable.ts';

const feed = 'feeds/sample';
const CHUNK_BYTES = 512 * 1024;
const CALL_MS = 20_000;
const BUSES_EVERY_MS = 1_000;
const LOTS_EVERY_MS = 5_000;
const OPEN_MS = 200;

const infoFile = process.argv[2] ?? '';
const info: PlatformInfo = JSON.parse(readFileSync(infoFile, 'utf8'));
const clock = parseClock(info.clock);
const metadata = new Metadata();
metadata.set('authorization', `Bearer ${readFileSync(info.tokenFile, 'utf8').trim()}`);
const transit = new TransitServiceClient(info.transit, credentials.createInsecure());
const parking = new ParkingServiceClient(info.parking, credentials.createInsecure());

const deadline = () => ({ deadline: Date.now() + CALL_MS });

function importFeed(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = transit.importFeed(metadata, deadline(), (error, answer) => (error ? reject(error) : resolve(answer)));
    call.write({ part: { $case: 'header', value: { requestId: randomUUID(), feed, unit: undefined } } });
    const zip = Buffer.from(sampleFeed());
    for (let at = 0; at < zip.length; at += CHUNK_BYTES)
      call.write({ part: { $case: 'chunk', value: zip.subarray(at, at + CHUNK_BYTES) } });
    call.end();
  });
}

/** Units, streets and car parks, entered as any city is: from its files. */
function enterCity(): Promise<void> {
  const files = join(root, 'infra/local/sample/city');
  const importer = spawn(process.execPath, [join(root, 'scripts/import-city.ts'), files, '--platform', infoFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    importer.once('exit', (code) =>
      code === 0 ? resolve() : reject(Object.assign(new Error(), { code: status.UNAVAILABLE, details: 'not taken' })),
    );
  });
}

/** Parking opens a lot when it hears of it from the registry. */
async function untilOpen(): Promise<void> {
  for (const { name } of lots)
    for (;;) {
      const isThere = await new Promise<boolean>((resolve) => {
        parking.getLot({ name }, metadata, deadline(), (error) => resolve(error === null));
      });
      if (isThere) break;
      await new Promise((resolve) => setTimeout(resolve, OPEN_MS));
    }
}

function reportBuses({ now }: Clock): Promise<never> {
  const line = readLine();
  return keepReporting<ReportVehiclePositionsRequest, ReportVehiclePositionsResponse>({
    what: 'buses',
    everyMs: BUSES_EVERY_MS,
    open: () => transit.reportVehiclePositions(metadata),
    message: () => {
      const at = now();
      const fixes = ([0, 1, 2] as const).map((number) => busAt(number, at, line));
      const positions = fixes.map(({ vehicleId, lat, lon, bearing, speed, trip }) => ({
        vehicleId,
        observedTime: new Date(at),
        position: { latitude: lat, longitude: lon },
        bearing,
        speed,
        trip: trip && { ...trip, routeId: '' },
      }));
      return { feed, positions };
    },
  });
}

function reportLots({ now }: Clock): Promise<never> {
  return keepReporting<ReportOccupancyRequest, ReportOccupancyResponse>({
    what: 'lots',
    everyMs: LOTS_EVERY_MS,
    open: () => parking.reportOccupancy(metadata),
    message: () => {
      const at = now();
      const observedTime = new Date(at);
      const count = { lot: beach.name, observedTime, observation: { $case: 'occupied', value: counted(at) } as const };
      const bays = market.bayIds.map((bayId, i) => ({
        lot: market.name,
        observedTime,
        observation: { $case: 'bay', value: { bayId, occupied: taken(i, at) } } as const,
      }));
      return { observations: [count, ...bays] };
    },
  });
}

await insist('the schedule', importFeed);
await insist('the city', enterCity);
await untilOpen();
process.stdout.write('three buses and two lots are reporting\n');
await Promise.all([reportBuses(clock), reportLots(clock)]);
