import { randomUUID } from 'node:crypto';
import { wallClock } from '@giaolo/chassis/clock';
import type { CallOptions } from '@giaolo/chassis/grpc/client-options';
import { COUNTRY, type Unit } from '@giaolo/chassis/principal';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { AssetKind } from '@giaolo/proto/giaolo/registry/v1/asset';
import { ImportAssetsRequest, ImportUnitsRequest } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { ImportFeedRequest, ReportVehiclePositionsRequest } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { busAt } from '../src/sample/buses.ts';
import { readLine } from '../src/sample/line.ts';
import { sampleFeed } from '../src/sample/timetable.ts';
import { type Clients, feedOf, lotOf, type Sample, samples, signOf } from './rights-samples.ts';

/** Enters a province with one object of each kind, by somebody who may do everything everywhere. */
export async function enterProvince(clients: Clients, unit: Unit, token: string): Promise<void> {
  const options = { token, deadlineMs: 20_000 };
  const ask = (method: string) => (samples[method] as Sample).ask(clients, unit, options);
  await enterUnit(clients, unit, options);
  // Until parking knows the new unit, it is nobody's below the country.
  await eventually('parking knows the unit', () => ask('giaolo.parking.v1.ParkingService/OpenLot').catch(() => false));
  await eventually('transit knows the unit', () => enterFeed(clients, unit, options).catch(() => false));
  await eventually('the registry knows the unit', () => enterSign(clients, unit, options).catch(() => false));
  await ask('giaolo.registry.v1.RegistryService/OnboardDevice');
  await reportBuses(clients, unit, options);
  for (const method of ['WatchVehicles', 'WatchPredictions', 'ListLots', 'ListAssets', 'ListChains'])
    await eventually(`${method} shows ${lotOf(unit)}`, async () => {
      const [name, sample] = Object.entries(samples).find(([each]) => each.endsWith(`/${method}`)) ?? [];
      const answer = JSON.stringify(await ask(name as string), (_, value) => (typeof value === 'bigint' ? 0 : value));
      return sample?.shows?.(answer ?? '', unit);
    });
}

async function enterUnit({ registry }: Clients, { code, validFrom }: Unit, options: CallOptions) {
  const rows = [
    'code,valid_from,level,name,parent_code,parent_valid_from',
    `${COUNTRY.code},${COUNTRY.validFrom},country,Việt Nam,,`,
    `${code},${validFrom},province,Tỉnh ${code},${COUNTRY.code},${COUNTRY.validFrom}`,
  ];
  const value = { requestId: randomUUID(), format: 1 as const };
  await send(registry.importUnits(options), [
    ImportUnitsRequest.fromPartial({ part: { $case: 'header', value } }),
    ImportUnitsRequest.fromPartial({ part: { $case: 'chunk', value: Buffer.from(rows.join('\n')) } }),
  ]);
}

async function enterFeed({ transit }: Clients, unit: Unit, options: CallOptions) {
  const value = { requestId: randomUUID(), feed: feedOf(unit), unit };
  return send(transit.importFeed(options), [
    ImportFeedRequest.fromPartial({ part: { $case: 'header', value } }),
    ImportFeedRequest.fromPartial({ part: { $case: 'chunk', value: Buffer.from(sampleFeed()) } }),
  ]);
}

async function enterSign({ registry }: Clients, unit: Unit, options: CallOptions) {
  const kind = AssetKind.ASSET_KIND_SIGN;
  const csv = `id,name,latitude,longitude,type\n${signOf(unit).slice('signs/'.length)},Biển báo,10.34,107.08,fixed\n`;
  return send(registry.importAssets(options), [
    ImportAssetsRequest.fromPartial({
      part: { $case: 'header', value: { requestId: randomUUID(), kind, format: 1 as const, unit } },
    }),
    ImportAssetsRequest.fromPartial({ part: { $case: 'chunk', value: Buffer.from(csv) } }),
  ]);
}

interface Sending<Part, Answer> {
  send(part: Part): Promise<unknown>;
  end(): Promise<Answer>;
}

async function send<Part, Answer>(upload: Sending<Part, Answer>, parts: readonly Part[]): Promise<Answer> {
  for (const part of parts) await upload.send(part);
  return upload.end();
}

async function reportBuses({ transit }: Clients, unit: Unit, options: CallOptions): Promise<void> {
  const now = wallClock.now();
  const positions = ([0, 1, 2] as const).map((number) => {
    const { vehicleId, lat, lon, trip } = busAt(number, now, readLine());
    const position = { latitude: lat, longitude: lon };
    return { vehicleId, observedTime: new Date(now), position, ...(trip && { trip: { ...trip, routeId: '' } }) };
  });
  const conversation = transit.reportVehiclePositions(options);
  await conversation.send(ReportVehiclePositionsRequest.fromPartial({ feed: feedOf(unit), positions }));
  conversation.end();
  for await (const _ of conversation.responses);
}
