import { COUNTRY, type Principal, principalIn, type Unit } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';
import type { UnitNode } from '@giaolo/chassis/units';

const since = (code: string): Unit => ({ code, validFrom: '2025-07-01' });

export const hcmc = since('79');
/** A ward of Ho Chi Minh City. */
export const vungTau = since('26506');
export const haNoi = since('01');
/** In which nothing has happened yet. */
export const daNang = since('48');

const node = (unit: Unit, parent: Unit | undefined): UnitNode => ({
  unit,
  parent,
  validTo: undefined,
  successors: [],
});
export const units = [
  node(COUNTRY, undefined),
  node(hcmc, COUNTRY),
  node(vungTau, hcmc),
  node(haNoi, COUNTRY),
  node(daNang, COUNTRY),
];

export const auditor = principalIn(hcmc, 'user:auditor', 'auditor');
export const wardAuditor = principalIn(vungTau, 'user:ward-auditor', 'auditor');
export const administrator = principalIn(COUNTRY, 'user:administrator', 'administrator');
/** Of another province. */
export const stranger = principalIn(haNoi, 'user:stranger', 'auditor', 'administrator');
/** May do much here, but not read what others did. */
export const operator = principalIn(hcmc, 'user:operator', 'operator', 'viewer', 'registrar', 'field', 'driver');

/** An issuer that lives as long as a test. */
export async function issuer() {
  const { jwks, privateJwk } = await makeKeyPair();
  return {
    jwks,
    token: (principal: Principal, lifetimeMs = 3_600_000) => issueToken(privateJwk, principal, lifetimeMs),
  };
}
