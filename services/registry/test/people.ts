import { COUNTRY, type Principal, principalIn, type Unit } from '@giaolo/chassis/principal';
import { issueToken, makeKeyPair } from '@giaolo/chassis/tokens';

/** Two provinces of our own invention, and a commune in the first. */
export const home: Unit = { code: '00', validFrom: '2025-07-01' };
export const elsewhere: Unit = { code: '90', validFrom: '2025-07-01' };
export const ward: Unit = { code: '00001', validFrom: '2025-07-01' };

export const administrator = principalIn(COUNTRY, 'user:administrator', 'administrator');
export const registrar = principalIn(home, 'user:registrar', 'registrar');
export const viewer = principalIn(home, 'user:viewer', 'viewer');
export const field = principalIn(home, 'client:field', 'field');
/** May do everything, in another province. */
export const stranger = principalIn(elsewhere, 'user:stranger', 'registrar', 'viewer', 'field', 'operator');
/** Registers in both. */
export const roamer: Principal = {
  subject: 'user:roamer',
  unit: home,
  grants: [home, elsewhere].map((unit) => ({ role: 'registrar', unit })),
};

/** An issuer that lives as long as a test. */
export async function issuer() {
  const { jwks, privateJwk } = await makeKeyPair();
  return {
    jwks,
    token: (principal: Principal, lifetimeMs = 3_600_000) => issueToken(privateJwk, principal, lifetimeMs),
  };
}
