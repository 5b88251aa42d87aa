import { expect, test } from '@jest/globals';
import { Findings } from './findings.ts';

test('warnings do not refuse a file, errors do', () => {
  const findings = new Findings();
  findings.warn(2, 'x', 'ODD', 'odd');
  expect([findings.refuse, findings.isFaulty(2)]).toEqual([false, false]);
  findings.error(3, 'x', 'WRONG', 'wrong');
  expect([findings.refuse, findings.isFaulty(3)]).toEqual([true, true]);
  expect(findings.toArray().map(({ line }) => line)).toEqual([3, 2]);
});

test('one kind does not hide the others, and what is cut is counted', () => {
  const findings = new Findings();
  for (let line = 2; line < 1_002; line++) findings.error(line, 'capacity', 'NUMBER_INVALID', 'x'.repeat(1_000));
  findings.error(7, 'id', 'DUPLICATE', 'twice');
  const told = findings.toArray();
  expect(told).toHaveLength(27);
  expect(told.map(({ code }) => code)).toContain('DUPLICATE');
  expect(told.at(-1)).toMatchObject({ line: 0, code: 'MORE_FINDINGS', message: 'more: 975 NUMBER_INVALID' });
  expect(told[0]?.message).toHaveLength(300);
  expect(findings.isFaulty(1_001)).toBe(true);
});
