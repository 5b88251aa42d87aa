import { readFileSync } from 'node:fs';
import { principalIn, roles } from '@giaolo/chassis/principal';
import { sampleUnit } from '@giaolo/local/issuer';
import type { Attack } from './barrage.ts';
import { methodsOf } from './contract.ts';
import { fileAttacks } from './file-attacks.ts';
import type { Fleet, Replica } from './fleet.ts';
import { grpcAttacks } from './grpc-attacks.ts';
import { RawCaller } from './grpc-call.ts';
import { type PublicKey, tokenAttacks } from './hostile-tokens.ts';
import { httpAttacks } from './http-attacks.ts';
import { http2Attacks } from './http2-attacks.ts';

/** One thing that listens, and what is thrown at it. */
export interface Listener {
  readonly name: string;
  readonly replica: Replica;
  readonly attacks: readonly Attack[];
  readonly atOnce: number;
}

const GRPC: Readonly<Record<string, string>> = {
  parking: 'giaolo.parking.v1.ParkingService',
  transit: 'giaolo.transit.v1.TransitService',
  registry: 'giaolo.registry.v1.RegistryService',
  audit: 'giaolo.audit.v1.AuditService',
};
/** Answered without a token. */
const PUBLIC = 'grpc.health.v1.Health';

const ROUTES = [
  'GET /v1/live',
  'GET /v1/network',
  'GET /v1/clock',
  'GET /v1/lots',
  'GET /v1/lots/{}',
  'GET /v1/stops/{}/{}/arrivals',
  'POST /v1/lots/{}/reservations',
  'DELETE /v1/lots/{}/reservations/{}',
  'POST /v1/session',
  'DELETE /v1/session',
  'GET /{}',
  'GET /assets/{}',
];
const OPS_ROUTES = ['GET /livez', 'GET /readyz', 'GET /metrics', 'GET /{}'];

/** Every service of a fleet; the second answer ends the connections that were opened. */
export async function listenersOf(fleet: Fleet): Promise<[listeners: Listener[], close: () => void]> {
  const only = (service: string): Replica => fleet.of(service)[0] as Replica;
  const issue = (subject: string, lifetimeMs?: number, ...some: Parameters<typeof principalIn>[2][]) =>
    fleet.issuer.issue(principalIn(sampleUnit, subject, ...some), lifetimeMs);
  // Of a subject that has every role: what it sends gets as far as anything can.
  const good = await issue('user:hostile', undefined, ...roles);
  const tokens = [good, good, good, await issue('user:viewer', undefined, 'viewer'), undefined, 'x.y.z'];
  const expired = await issue('user:late', -60_000, 'operator');
  const callers: RawCaller[] = [];
  const call = (address: string): RawCaller => {
    const caller = new RawCaller(address);
    callers.push(caller);
    return caller;
  };

  const grpc = Object.entries(GRPC).map(([name, service]): Listener => {
    const replica = only(name);
    const methods = [...methodsOf(service), ...methodsOf(PUBLIC)];
    const paths = methods.map(({ path }) => path);
    const caller = call(replica.address);
    const attacks = [
      ...http2Attacks(replica.address, paths),
      ...grpcAttacks({ caller, methods, tokens: [...tokens, expired] }),
      ...fileAttacks(caller, methods, good),
    ];
    return { name: `gRPC of ${name}`, replica, attacks, atOnce: 32 };
  });
  const [gateway, parking] = [only('gateway'), only('parking')];
  const { keys } = JSON.parse(readFileSync(fleet.issuer.jwksFile, 'utf8')) as { keys: PublicKey[] };
  const listeners: Listener[] = [
    ...grpc,
    {
      name: 'HTTP of gateway',
      replica: gateway,
      attacks: httpAttacks({ address: gateway.address, routes: ROUTES, tokens: [...tokens, expired] }),
      atOnce: 48,
    },
    {
      name: 'probes of parking',
      replica: parking,
      attacks: httpAttacks({ address: parking.ops, routes: OPS_ROUTES, tokens: [undefined] }),
      atOnce: 32,
    },
    {
      name: 'tokens',
      replica: parking,
      attacks: tokenAttacks(call(parking.address), good, keys[0] as PublicKey),
      atOnce: 32,
    },
  ];
  return [listeners, () => callers.map((caller) => caller.close())];
}
