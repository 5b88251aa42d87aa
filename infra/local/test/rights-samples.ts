import { randomUUID } from 'node:crypto';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import type { CallOptions } from '@giaolo/chassis/grpc/client-options';
import type { Conversation, Upload } from '@giaolo/chassis/grpc/client-stream';
import type { Unit } from '@giaolo/chassis/principal';
import {
  type AuditServiceClient,
  ListActsRequest,
  ListAnchorsRequest,
  ListChainsRequest,
  ReadChainRequest,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import {
  OpenLotRequest,
  type ParkingServiceClient,
  RefusedObservation_Reason,
  ReportOccupancyRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { AssetKind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  ImportAssetsRequest,
  ImportUnitsRequest,
  ListAssetsRequest,
  ListDevicesRequest,
  ListUnitsRequest,
  OnboardDeviceRequest,
  RefusedHealthReport_Reason,
  type RegistryServiceClient,
  ReplaceDeviceRequest,
  ReportDeviceHealthRequest,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import {
  ImportFeedRequest,
  ReportVehiclePositionsRequest,
  type TransitServiceClient,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';

export interface Clients {
  readonly parking: ClientOf<(typeof ParkingServiceClient)['service']>;
  readonly transit: ClientOf<(typeof TransitServiceClient)['service']>;
  readonly registry: ClientOf<(typeof RegistryServiceClient)['service']>;
  readonly audit: ClientOf<(typeof AuditServiceClient)['service']>;
}

/** How a method is asked for what belongs to `unit`; the objects are those that the test has made there. */
export interface Sample {
  readonly ask: (clients: Clients, unit: Unit, options: CallOptions) => Promise<unknown>;
  /** Of a list or a stream: whether the answer shows anything of the unit. Others refuse what they do not show. */
  readonly shows?: (answer: string, unit: Unit) => boolean;
  /** The object is the country's, not a province's. */
  readonly isCountrys?: true;
}

export const lotOf = ({ code }: Unit): string => `lots/matrix-${code}`;
export const feedOf = ({ code }: Unit): string => `feeds/matrix-${code}`;
export const signOf = ({ code }: Unit): string => `signs/matrix-${code}`;
export const deviceOf = ({ code }: Unit): string => `devices/matrix-${code}`;

/** Different for every device and every piece of hardware in it. */
const fingerprintOf = ({ code }: Unit, hardware: number) => Buffer.alloc(32, `${code}:${hardware}`);
const page = { pageSize: 0, pageToken: '' };
const place = { latitude: 10.34, longitude: 107.08 };
const requestId = () => randomUUID();
const marked = (answer: string, { code }: Unit) => answer.includes(`matrix-${code}`);
const ofUnit = (answer: string, { code }: Unit) => answer.includes(`"code":"${code}"`);

async function first<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of stream) return message;
  return undefined;
}

async function upload<Request, Response>(stream: Upload<Request, Response>, ...parts: Request[]): Promise<Response> {
  for (const part of parts) await stream.send(part);
  return stream.end();
}

/** The one answer; what was refused in it is thrown, so that it looks like the refusals of other methods. */
async function report<Request, Response extends { refused: readonly { reason: unknown }[] }>(
  conversation: Conversation<Request, Response>,
  message: Request,
  foreign: unknown,
): Promise<Response | undefined> {
  await conversation.send(message);
  conversation.end();
  const answer = await first(conversation.responses);
  if (answer?.refused.some(({ reason }) => reason === foreign)) throw foreignRefusal();
  return answer;
}

const foreignRefusal = () => Object.assign(new Error(), { code: 'PERMISSION_DENIED', reason: 'UNIT_FOREIGN' });

/** Every method of every service: one that is missing fails the test. */
export const samples: Readonly<Record<string, Sample>> = {
  'giaolo.parking.v1.ParkingService/OpenLot': {
    ask: ({ parking }, unit, options) =>
      parking.openLot(
        OpenLotRequest.fromPartial({
          requestId: requestId(),
          name: lotOf(unit),
          displayName: lotOf(unit),
          position: place,
          capacity: 5,
          unit,
        }),
        options,
      ),
  },
  'giaolo.parking.v1.ParkingService/CloseLot': {
    ask: ({ parking }, unit, options) => parking.closeLot({ requestId: requestId(), name: lotOf(unit) }, options),
  },
  'giaolo.parking.v1.ParkingService/GetLot': {
    ask: ({ parking }, unit, options) => parking.getLot({ name: lotOf(unit) }, options),
  },
  'giaolo.parking.v1.ParkingService/ListLots': {
    ask: ({ parking }, _, options) => parking.listLots(page, options),
    shows: marked,
  },
  'giaolo.parking.v1.ParkingService/WatchLots': {
    ask: ({ parking }, _, options) => first(parking.watchLots({ resumeToken: '' }, options)),
    shows: marked,
  },
  'giaolo.parking.v1.ParkingService/ReserveSpace': {
    ask: ({ parking }, unit, options) =>
      parking.reserveSpace({ requestId: requestId(), lot: lotOf(unit), arriveByTime: new Date(0) }, options),
  },
  'giaolo.parking.v1.ParkingService/CancelReservation': {
    ask: ({ parking }, unit, options) =>
      parking.cancelReservation({ requestId: requestId(), name: `${lotOf(unit)}/reservations/none` }, options),
  },
  'giaolo.parking.v1.ParkingService/ReportOccupancy': {
    ask: ({ parking }, unit, options) => {
      const observation = { $case: 'occupied' as const, value: 1 };
      const observations = [{ lot: lotOf(unit), observedTime: new Date(0), observation }];
      const message = ReportOccupancyRequest.fromPartial({ observations });
      return report(parking.reportOccupancy(options), message, RefusedObservation_Reason.REASON_UNIT_FOREIGN);
    },
  },

  'giaolo.transit.v1.TransitService/ImportFeed': {
    ask: ({ transit }, unit, options) => {
      const header = { $case: 'header' as const, value: { requestId: requestId(), feed: feedOf(unit), unit } };
      return upload(transit.importFeed(options), ImportFeedRequest.fromPartial({ part: header }));
    },
  },
  'giaolo.transit.v1.TransitService/ListFeeds': {
    ask: ({ transit }, _, options) => transit.listFeeds(page, options),
    shows: marked,
  },
  'giaolo.transit.v1.TransitService/ListRoutes': {
    ask: ({ transit }, unit, options) => transit.listRoutes({ feed: feedOf(unit), ...page }, options),
  },
  'giaolo.transit.v1.TransitService/ListStops': {
    ask: ({ transit }, unit, options) => transit.listStops({ feed: feedOf(unit), ...page }, options),
  },
  'giaolo.transit.v1.TransitService/ListArrivals': {
    ask: ({ transit }, unit, options) => transit.listArrivals({ feed: feedOf(unit), stopId: 'none' }, options),
  },
  'giaolo.transit.v1.TransitService/ReportVehiclePositions': {
    ask: async ({ transit }, unit, options) => {
      const conversation = transit.reportVehiclePositions(options);
      await conversation.send(ReportVehiclePositionsRequest.fromPartial({ feed: feedOf(unit) }));
      conversation.end();
      return first(conversation.responses);
    },
  },
  'giaolo.transit.v1.TransitService/WatchVehicles': {
    ask: ({ transit }, _, options) =>
      first(transit.watchVehicles({ resumeToken: '', feeds: [], routeIds: [] }, options)),
    shows: marked,
  },
  'giaolo.transit.v1.TransitService/WatchPredictions': {
    ask: ({ transit }, _, options) =>
      first(transit.watchPredictions({ resumeToken: '', feeds: [], routeIds: [] }, options)),
    shows: marked,
  },

  'giaolo.registry.v1.RegistryService/ImportUnits': {
    ask: ({ registry }, _, options) => {
      const header = { $case: 'header' as const, value: { requestId: requestId(), format: 1 as const, dryRun: true } };
      const chunk = { $case: 'chunk' as const, value: Buffer.from('code,valid_from\n') };
      const parts = [{ part: header }, { part: chunk }].map((part) => ImportUnitsRequest.fromPartial(part));
      return upload(registry.importUnits(options), ...parts);
    },
    isCountrys: true,
  },
  'giaolo.registry.v1.RegistryService/GetUnit': {
    ask: ({ registry }, unit, options) => registry.getUnit({ unit }, options),
  },
  'giaolo.registry.v1.RegistryService/ListUnits': {
    ask: ({ registry }, _, options) => registry.listUnits(ListUnitsRequest.fromPartial({}), options),
    shows: ofUnit,
  },
  'giaolo.registry.v1.RegistryService/ImportAssets': {
    ask: ({ registry }, unit, options) => {
      const value = { requestId: requestId(), kind: AssetKind.ASSET_KIND_SIGN, format: 1 as const, unit, dryRun: true };
      const chunk = { $case: 'chunk' as const, value: Buffer.from('id\n') };
      const parts = [{ part: { $case: 'header' as const, value } }, { part: chunk }];
      return upload(registry.importAssets(options), ...parts.map((part) => ImportAssetsRequest.fromPartial(part)));
    },
  },
  'giaolo.registry.v1.RegistryService/GetAsset': {
    ask: ({ registry }, unit, options) => registry.getAsset({ name: signOf(unit) }, options),
  },
  'giaolo.registry.v1.RegistryService/ListAssets': {
    ask: ({ registry }, _, options) => registry.listAssets(ListAssetsRequest.fromPartial({}), options),
    shows: marked,
  },
  'giaolo.registry.v1.RegistryService/WatchAssets': {
    ask: ({ registry }, _, options) => first(registry.watchAssets({ resumeToken: '', kinds: [] }, options)),
    shows: marked,
  },
  'giaolo.registry.v1.RegistryService/ListAssetChanges': {
    ask: ({ registry }, unit, options) => registry.listAssetChanges({ name: signOf(unit) }, options),
  },
  'giaolo.registry.v1.RegistryService/OnboardDevice': {
    ask: ({ registry }, unit, options) =>
      registry.onboardDevice(
        OnboardDeviceRequest.fromPartial({
          requestId: requestId(),
          name: deviceOf(unit),
          kind: 5,
          assets: [signOf(unit)],
          maker: 'maker',
          model: 'model',
          serialNumber: '1',
          credential: { proof: { $case: 'certificateFingerprint', value: fingerprintOf(unit, 1) } },
        }),
        options,
      ),
  },
  'giaolo.registry.v1.RegistryService/ReplaceDevice': {
    ask: ({ registry }, unit, options) =>
      registry.replaceDevice(
        ReplaceDeviceRequest.fromPartial({
          requestId: requestId(),
          name: deviceOf(unit),
          maker: 'maker',
          model: 'model',
          serialNumber: '2',
          credential: { proof: { $case: 'certificateFingerprint', value: fingerprintOf(unit, 2) } },
        }),
        options,
      ),
  },
  'giaolo.registry.v1.RegistryService/RetireDevice': {
    ask: ({ registry }, unit, options) =>
      registry.retireDevice({ requestId: requestId(), name: deviceOf(unit) }, options),
  },
  'giaolo.registry.v1.RegistryService/GetDevice': {
    ask: ({ registry }, unit, options) => registry.getDevice({ name: deviceOf(unit) }, options),
  },
  'giaolo.registry.v1.RegistryService/ListDevices': {
    ask: ({ registry }, _, options) =>
      registry.listDevices(ListDevicesRequest.fromPartial({ showRetired: true }), options),
    shows: marked,
  },
  'giaolo.registry.v1.RegistryService/ReportDeviceHealth': {
    ask: ({ registry }, unit, options) => {
      const message = ReportDeviceHealthRequest.fromPartial({ reports: [{ device: deviceOf(unit), status: 1 }] });
      return report(registry.reportDeviceHealth(options), message, RefusedHealthReport_Reason.REASON_UNIT_FOREIGN);
    },
  },

  'giaolo.audit.v1.AuditService/ListActs': {
    ask: ({ audit }, unit, options) => audit.listActs(ListActsRequest.fromPartial({ unit }), options),
  },
  'giaolo.audit.v1.AuditService/ListChains': {
    ask: ({ audit }, _, options) => audit.listChains(ListChainsRequest.fromPartial(page), options),
    shows: ofUnit,
  },
  'giaolo.audit.v1.AuditService/ListAnchors': {
    ask: ({ audit }, unit, options) => audit.listAnchors(ListAnchorsRequest.fromPartial({ unit }), options),
  },
  'giaolo.audit.v1.AuditService/ReadChain': {
    ask: ({ audit }, unit, options) => first(audit.readChain(ReadChainRequest.fromPartial({ unit }), options)),
  },
  'giaolo.audit.v1.AuditService/VerifyChain': {
    ask: ({ audit }, unit, options) => audit.verifyChain({ unit }, { ...options, deadlineMs: 20_000 }),
  },
};
