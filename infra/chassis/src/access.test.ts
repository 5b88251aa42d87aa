import { expect, test } from '@jest/globals';
import { allow, CallerRights, judgedBefore, Rights } from './access.ts';
import { COUNTRY, type Principal, principalIn } from './principal.ts';
import { FixedClock } from './testing/fixed-clock.ts';
import { UnitTree } from './units.ts';

const [home, ward, other] = ['79', '26506', '01'].map((code) => ({ code, validFrom: '2025-07-01' })) as [
  typeof COUNTRY,
  typeof COUNTRY,
  typeof COUNTRY,
];
const standing = { validTo: undefined, successors: [] };
const tree = new UnitTree([
  { unit: COUNTRY, parent: undefined, ...standing },
  { unit: home, parent: COUNTRY, ...standing },
  { unit: ward, parent: home, ...standing },
  { unit: other, parent: COUNTRY, ...standing },
]);
const rights = new Rights(tree, new FixedClock(Date.parse('2026-01-01')));
const of = (principal: Principal, access = allow('operator')) => new CallerRights(rights, principal, access);
const operator = principalIn(home, 'user:an', 'operator');

test('a role holds in its unit and below, and nowhere else', () => {
  expect(of(operator).refusal(ward)).toBeUndefined();
  expect(of(operator).refusal(other)).toMatchObject({ reason: 'UNIT_FOREIGN', metadata: { unit: '01/2025-07-01' } });
  expect(of(principalIn(ward, 'user:an', 'operator')).refusal(home)).toMatchObject({ reason: 'UNIT_FOREIGN' });
});

test('another role does not help, wherever it is held', () => {
  expect(of(principalIn(COUNTRY, 'user:an', 'viewer')).refusal(home)).toMatchObject({ reason: 'ROLE_MISSING' });
  expect(() => of(principalIn(home, 'user:an')).require(home)).toThrow('no role of the caller allows this');
});

test('each grant counts for itself: a role of one unit and a reach of another do not add up', () => {
  const mixed = { ...operator, grants: [...operator.grants, { role: 'viewer', unit: other } as const] };
  expect(of(mixed).refusal(other)).toMatchObject({ reason: 'UNIT_FOREIGN' });
  expect(of(mixed, allow('viewer')).refusal(other)).toBeUndefined();
});

test('what everybody may see is seen', () => {
  expect(of(principalIn(home, 'user:an'), 'anyone').sees(other)).toBe(true);
});

test('what belongs to no unit is seen by nobody', () => {
  expect(of(principalIn(COUNTRY, 'user:an', 'operator')).sees(undefined)).toBe(false);
});

test('an answer says whether rights were asked for it', () => {
  const asked = (ask: (caller: CallerRights) => unknown) => {
    const caller = of(operator);
    ask(caller);
    return caller.wasAsked;
  };
  expect(asked(() => {})).toBe(false);
  expect(asked((caller) => caller.require(home))).toBe(true);
  expect(asked((caller) => caller.refusal(other))).toBe(true);
  expect(asked(({ sees }) => sees)).toBe(true);
  expect(asked((caller) => caller.nothingToJudge())).toBe(true);
  // A side question about another role is no judgement of the act.
  expect(asked((caller) => caller.holds('viewer', home))).toBe(false);
  expect(of(operator, 'anyone').wasAsked).toBe(true);
});

test('what was judged when it was said is not judged again, and leaves no record of audit', () => {
  expect(judgedBefore.refusal(other)).toBeUndefined();
  expect(judgedBefore.audited).toBe(false);
});
