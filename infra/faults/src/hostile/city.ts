import { randomUUID } from 'node:crypto';
import { connect } from '@giaolo/chassis/grpc/client';
import { principalIn } from '@giaolo/chassis/principal';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { sampleUnit } from '@giaolo/local/issuer';
import { sampleFeed } from '@giaolo/local/sample/timetable';
import { AuditServiceClient } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { OpenLotRequest, ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { RegistryServiceClient } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { Fleet } from './fleet.ts';

export const FEED = 'feeds/sample';
export const LOTS = Array.from({ length: 40 }, (_, at) => `lots/lot-${at}`);
const SPACES = 50_000;

/** All replicas of a service as one address of a gRPC client. */
export const allOf = (fleet: Fleet, service: string): string => {
  const addresses = fleet.of(service).map(({ address }) => address);
  return addresses.length === 1 ? (addresses[0] as string) : `ipv4:${addresses.join(',')}`;
};

export interface City {
  /** Of somebody who may do everything in the sample's province. */
  readonly token: string;
  readonly parking: ReturnType<typeof connect<(typeof ParkingServiceClient)['service']>>;
  readonly transit: ReturnType<typeof connect<(typeof TransitServiceClient)['service']>>;
  /** Undefined where the fleet has none. */
  readonly registry: ReturnType<typeof connect<(typeof RegistryServiceClient)['service']>> | undefined;
  readonly audit: ReturnType<typeof connect<(typeof AuditServiceClient)['service']>> | undefined;
  close(): void;
}

/** Lots and a schedule, known to every replica. */
export async function openCity(fleet: Fleet): Promise<City> {
  const roles = ['operator', 'field', 'registrar', 'driver', 'auditor'] as const;
  const token = await fleet.issuer.issue(principalIn(sampleUnit, 'client:crowd', ...roles));
  const parking = connect(ParkingServiceClient, allOf(fleet, 'parking'), { token });
  const transit = connect(TransitServiceClient, allOf(fleet, 'transit'), { token });
  const has = (service: string) => fleet.of(service).length > 0;
  const registry = has('registry') ? connect(RegistryServiceClient, allOf(fleet, 'registry'), { token }) : undefined;
  const audit = has('audit') ? connect(AuditServiceClient, allOf(fleet, 'audit'), { token }) : undefined;
  for (const name of LOTS)
    await parking.openLot(
      OpenLotRequest.fromPartial({
        requestId: randomUUID(),
        name,
        displayName: name,
        position: { latitude: 10.35, longitude: 107.08 },
        capacity: SPACES,
      }),
      { deadlineMs: 10_000 },
    );
  const upload = transit.importFeed({ deadlineMs: 60_000 });
  await upload.send({ part: { $case: 'header', value: { requestId: randomUUID(), feed: FEED, unit: undefined } } });
  await upload.send({ part: { $case: 'chunk', value: Buffer.from(sampleFeed()) } });
  await upload.end();
  await eventually('every replica of transit has the schedule', async () => {
    const answers = await Promise.all(
      fleet.of('transit').map(({ address }) => lookAt(address, token).catch(() => undefined)),
    );
    return answers.every((answer) => answer === 1);
  });
  return {
    token,
    parking,
    transit,
    registry,
    audit,
    close: () => {
      for (const client of [parking, transit, registry, audit]) client?.close();
    },
  };
}

async function lookAt(address: string, token: string): Promise<number> {
  const one = connect(TransitServiceClient, address, { token });
  try {
    return (await one.listFeeds({ pageSize: 0, pageToken: '' })).feeds.length;
  } finally {
    one.close();
  }
}
