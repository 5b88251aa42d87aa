import type { Principal } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';

const unit = { code: '77', validFrom: '2025-07-01' };

export const an: Principal = { subject: 'user:an', unit, roles: [] };
export const binh: Principal = { subject: 'user:binh', unit, roles: [] };
export const operator: Principal = { subject: 'user:operator', unit, roles: ['operator'] };
export const sensors: Principal = { subject: 'client:sensors', unit, roles: [] };

/** An issuer that lives as long as a test. */
export async function issuer() {
  const { jwks, privateJwk } = await makeKeyPair();
  return {
    jwks,
    token: (principal: Principal, lifetimeMs = 3_600_000) => issueToken(privateJwk, principal, lifetimeMs),
  };
}
