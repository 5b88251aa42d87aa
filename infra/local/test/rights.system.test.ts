import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { connect } from '@giaolo/chassis/grpc/client';
import { descriptorFiles } from '@giaolo/chassis/grpc/contracts';
import { COUNTRY, formatUnit, principalIn, type Role, roles, type Unit } from '@giaolo/chassis/principal';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { AuditServiceClient } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { RegistryServiceClient } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { root } from '../src/places.ts';
import { type PrivatePlatform, startPrivatePlatform } from '../src/private-platform.ts';
import { enterProvince } from './rights-provinces.ts';
import { type Clients, type Sample, samples } from './rights-samples.ts';

const [ours, theirs] = ['00', '90'].map((code) => ({ code, validFrom: '2025-07-01' })) as [Unit, Unit];

let platform: PrivatePlatform;
let clients: Clients;
const tokens = new Map<string, string>();

beforeAll(async () => {
  platform = await startPrivatePlatform();
  const { parking, transit, registry, audit } = platform.info;
  clients = {
    parking: connect(ParkingServiceClient, parking),
    transit: connect(TransitServiceClient, transit),
    registry: connect(RegistryServiceClient, registry),
    audit: connect(AuditServiceClient, audit),
  };
  for (const role of roles)
    for (const unit of [ours, theirs, COUNTRY])
      tokens.set(tokenName(role, unit), await platform.issuer.issue(principalIn(unit, `user:${role}`, role)));
  const root = await platform.issuer.issue(principalIn(COUNTRY, 'user:root', ...roles));
  for (const unit of [ours, theirs]) await enterProvince(clients, unit, root);
}, 120_000);

afterAll(async () => {
  for (const client of Object.values(clients ?? {})) client.close();
  await platform?.end();
}, 60_000);

const tokenName = (role: Role, unit: Unit) => `${role}@${formatUnit(unit)}`;

/** All methods of our own services, as the contracts have them. */
const methods = descriptorFiles()
  .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
  .filter((file) => file.package.startsWith('giaolo.'))
  .flatMap((file) =>
    file.service.flatMap(({ name, method }) => method.map((each) => `${file.package}.${name}/${each.name}`)),
  );

/** What SECURITY.md says: method to the roles that may call it; undefined = everybody with a token. */
function promised(): Map<string, readonly string[] | undefined> {
  const rows = readFileSync(join(root, 'SECURITY.md'), 'utf8').matchAll(/^\| `(giaolo\.[^`]+)` \| ([^|]+) \|$/gm);
  return new Map(
    [...rows].map(([, method = '', who = '']) => [method, who === 'everybody' ? undefined : who.split(', ')]),
  );
}

type Verdict = 'allowed' | 'ROLE_MISSING' | 'UNIT_FOREIGN' | 'shows nothing';

/** What becomes of a call with a token of `role`, granted at `granted`, for what belongs to `ours`. */
async function verdict({ ask, shows }: Sample, role: Role, granted: Unit): Promise<Verdict> {
  try {
    const answer = await ask(clients, ours, { token: tokens.get(tokenName(role, granted)) as string });
    return !shows || shows(jsonOf(answer), ours) ? 'allowed' : 'shows nothing';
  } catch (error) {
    const { code, reason } = error as { code?: string; reason?: string };
    if (code === 'PERMISSION_DENIED' && (reason === 'ROLE_MISSING' || reason === 'UNIT_FOREIGN')) return reason;
    // A fault, or a call that never got so far, says nothing about rights; a refusal of the domain comes after them.
    if (['UNAUTHENTICATED', 'INTERNAL', 'UNIMPLEMENTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(code ?? ''))
      throw error;
    if (code === undefined) throw error;
    return 'allowed';
  }
}

const jsonOf = (answer: unknown): string =>
  JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? '';

test('every method of the contracts is asked, and stands in SECURITY.md', () => {
  expect(Object.keys(samples).toSorted()).toEqual(methods.toSorted());
  expect([...promised().keys()].toSorted()).toEqual(methods.toSorted());
});

test.each(methods)(
  '%s',
  async (method) => {
    const sample = samples[method] as Sample;
    const allowed = promised().get(method);
    const observed = {} as Record<Role, { own: Verdict; foreign: Verdict }>;
    const expected = {} as typeof observed;
    const [own, foreign] = sample.isCountrys ? [COUNTRY, ours] : [ours, theirs];
    for (const role of roles) {
      observed[role] = { own: await verdict(sample, role, own), foreign: await verdict(sample, role, foreign) };
      const refused = sample.shows ? 'shows nothing' : 'UNIT_FOREIGN';
      if (allowed === undefined) expected[role] = { own: 'allowed', foreign: 'allowed' };
      else if (allowed.includes(role)) expected[role] = { own: 'allowed', foreign: refused };
      else expected[role] = { own: 'ROLE_MISSING', foreign: 'ROLE_MISSING' };
    }
    expect(observed).toEqual(expected);
  },
  60_000,
);

test('what belongs to a province is not shown by the lists of its neighbour, but its own is', async () => {
  // Otherwise an empty list would pass for a filtered one.
  for (const [method, sample] of Object.entries(samples)) {
    if (!sample.shows || method.startsWith('giaolo.registry.v1.RegistryService/ListUnits')) continue;
    const role = (promised().get(method)?.[0] ?? 'viewer') as Role;
    const token = tokens.get(tokenName(role, theirs)) as string;
    await eventually(`${method} shows what is its own`, async () =>
      sample.shows?.(jsonOf(await sample.ask(clients, theirs, { token })), theirs),
    );
  }
}, 60_000);
