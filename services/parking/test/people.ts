import { type Principal, principalIn } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';

const unit = { code: '77', validFrom: '2025-07-01' };

export const an = principalIn(unit, 'user:an', 'driver');
export const binh = principalIn(unit, 'user:binh', 'driver');
export const operator = principalIn(unit, 'user:operator', 'operator');
export const sensors = principalIn(unit, 'client:sensors', 'field');
/** Of another province. */
export const stranger = principalIn(
  { code: '90', validFrom: '2025-07-01' },
  'user:stranger',
  'operator',
  'field',
  'driver',
  'viewer',
);

/** An issuer that lives as long as a test. */
export async function issuer() {
  const { jwks, privateJwk } = await makeKeyPair();
  return {
    jwks,
    token: (principal: Principal, lifetimeMs = 3_600_000) => issueToken(privateJwk, principal, lifetimeMs),
  };
}
