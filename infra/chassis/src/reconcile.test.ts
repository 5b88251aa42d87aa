import { expect, test } from '@jest/globals';
import { begin, type Judgement, type News, type Policy, type Reconciliation, reconcile } from './reconcile.ts';

const policy: Policy<string> = {
  equal: (a, b) => a === b,
  silentMs: 5_000,
  acknowledgeMs: 2_000,
  followMs: 10_000,
  resendMs: { first: 1_000, most: 8_000 },
};

/** A junction from second 0; each step says what is heard at which second. */
function junction(alarmed = false) {
  let state: Reconciliation<string> = begin<string>(0, alarmed);
  let last: Judgement<string> | undefined;
  const alarms: string[] = [];
  const hear = (second: number, news?: News<string>) => {
    last = reconcile(policy, state, news, second * 1_000);
    state = last.state;
    if (last.alarm) alarms.push(`${last.alarm} at ${second}`);
    return last;
  };
  return {
    alarms,
    at: (second: number) => hear(second),
    commanded: (second: number, version: number, value: string) =>
      hear(second, { commanded: { version, value, at: second * 1_000 } }),
    acknowledged: (second: number, version: number) => hear(second, { acknowledged: { version, at: second * 1_000 } }),
    observed: (second: number, value: string, seenAt = second) =>
      hear(second, { observed: { value, at: seenAt * 1_000 } }),
  };
}

test('commanded, acknowledged, observed: three facts, each with its time', () => {
  const j = junction();
  expect(j.at(0).standing.status).toBe('uncommanded');
  expect(j.commanded(1, 7, 'B')).toMatchObject({ send: { version: 7, value: 'B' }, standing: { status: 'unknown' } });
  expect(j.observed(1.5, 'A').standing.status).toBe('in-transition');
  expect(j.acknowledged(2, 7).send).toBeUndefined();
  const { standing } = j.observed(4, 'B', 3);
  expect(standing).toEqual({
    status: 'following',
    commanded: { version: 7, value: 'B', at: 1_000 },
    acknowledged: { version: 7, at: 2_000 },
    observed: { value: 'B', at: 3_000, ageMs: 1_000 },
    alarmed: false,
  });
});

test('silence is "unknown", with the last value only beside its age', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.acknowledged(0, 1);
  expect(j.observed(1, 'B').againInMs).toBe(5_000);
  expect(j.at(5.9).standing.status).toBe('following');
  expect(j.at(6).standing).toMatchObject({ status: 'unknown', observed: { value: 'B', ageMs: 5_000 } });
  expect(j.at(600).standing).toMatchObject({ status: 'unknown', alarmed: false });
  expect(j.observed(601, 'B').standing.status).toBe('following');
});

test('an observation counts from when it was made, however late it comes', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  expect(j.observed(20, 'B', 14).standing.status).toBe('unknown');
  expect(j.observed(20, 'B', 16).standing).toMatchObject({ status: 'following', observed: { ageMs: 4_000 } });
  expect(j.at(21).standing.status).toBe('unknown');
});

test('an older observation does not turn back time; a repeated one is no fresher', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.observed(10, 'B');
  expect(j.observed(11, 'A', 9).standing).toMatchObject({
    status: 'following',
    observed: { value: 'B', ageMs: 1_000 },
  });
  expect(j.observed(14, 'B', 10).standing.observed?.ageMs).toBe(4_000);
  expect(j.observed(14, 'A', 10).standing).toMatchObject({ status: 'unacknowledged', observed: { ageMs: 4_000 } });
});

test('an observation from the far future does not silence the next ones', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.observed(1, 'A', 4_000_000);
  expect(j.observed(2, 'B').standing).toMatchObject({ status: 'following', observed: { at: 2_000 } });
});

test('a command is sent again, less and less often, until it is acknowledged', () => {
  const j = junction();
  const sentAt: number[] = [];
  for (let second = 0; second <= 40; second += 0.5)
    if ((second === 0 ? j.commanded(0, 1, 'B') : j.at(second)).send) sentAt.push(second);
  expect(sentAt).toEqual([0, 1, 3, 7, 15, 23, 31, 39]);
  expect(j.acknowledged(41, 1).againInMs).toBe(Number.POSITIVE_INFINITY);
  expect(j.at(100).send).toBeUndefined();
});

test('the acknowledgement of an older command does not count for the newer one', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  expect(j.commanded(1, 2, 'C').send).toMatchObject({ version: 2 });
  expect(j.acknowledged(1.5, 1).standing.acknowledged?.version).toBe(1);
  expect(j.at(2).send).toMatchObject({ version: 2 });
  j.observed(2.5, 'B');
  expect(j.at(3).standing.status).toBe('unacknowledged');
  expect(j.acknowledged(3, 2).standing.status).toBe('in-transition');
  expect(j.acknowledged(3, 1).standing.acknowledged?.version).toBe(2);
});

test('neither does that of a command which is not known here', () => {
  const j = junction();
  j.commanded(0, 5, 'B');
  expect(j.acknowledged(0.5, 6).standing.acknowledged).toBeUndefined();
  expect(j.at(1).send).toMatchObject({ version: 5 });
});

test('an older desired state, read late, is not taken for a newer one', () => {
  const j = junction();
  j.commanded(0, 5, 'B');
  expect(j.commanded(1, 4, 'A').standing.commanded?.value).toBe('B');
});

test('who takes a command and does not do it is an alarm, once, until it does', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.acknowledged(0.5, 1);
  for (let second = 1; second < 10; second++) expect(j.observed(second, 'A').standing.status).toBe('in-transition');
  expect(j.observed(11, 'A')).toMatchObject({
    standing: { status: 'departed' },
    alarm: 'raised',
    send: { version: 1 },
  });
  for (let second = 12; second < 60; second++) j.observed(second, 'A');
  expect(j.observed(60, 'B')).toMatchObject({ standing: { status: 'following', alarmed: false }, alarm: 'cleared' });
  expect(j.alarms).toEqual(['raised at 11', 'cleared at 60']);
});

test('neither silence nor another command ends an alarm, only that it follows', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  for (let second = 0; second <= 12; second++) j.observed(second, 'A');
  expect(j.at(30).standing).toMatchObject({ status: 'unknown', alarmed: true });
  expect(j.commanded(31, 2, 'C').standing).toMatchObject({ alarmed: true });
  for (let second = 31; second <= 50; second++) j.observed(second, 'A');
  j.observed(51, 'C');
  expect(j.alarms).toEqual(['raised at 10', 'cleared at 51']);
});

test('an alarm that an earlier owner raised is not raised again, and is cleared', () => {
  const j = junction(true);
  j.commanded(0, 1, 'B');
  for (let second = 0; second <= 20; second++) j.observed(second, 'A');
  j.observed(21, 'B');
  expect(j.alarms).toEqual(['cleared at 21']);
});

test('what followed and no longer does is told again at once: it may have forgotten', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.acknowledged(0, 1);
  j.observed(30, 'B');
  expect(j.observed(31, 'A').send).toMatchObject({ version: 1 });
  expect(j.observed(31.5, 'A').send).toBeUndefined();
  expect(j.observed(32, 'A').send).toMatchObject({ version: 1 });
});

test('time in which nobody looked is not held against it', () => {
  const j = junction();
  j.commanded(0, 1, 'B');
  j.observed(1, 'A');
  expect(j.at(300).standing.status).toBe('unknown');
  expect(j.observed(300, 'A').standing.status).not.toBe('departed');
  expect(j.alarms).toEqual([]);
});

test('a clock that jumps back lets nobody wait longer', () => {
  const j = junction();
  j.commanded(1_000, 1, 'B');
  j.observed(1_000.5, 'A');
  expect(j.at(910).send).toBeUndefined();
  expect(j.at(910.5).send).toMatchObject({ version: 1 });
  expect(j.at(914.9).standing).toMatchObject({ status: 'unacknowledged', observed: { ageMs: 4_900 } });
  expect(j.at(915).standing.status).toBe('unknown');
  expect(j.observed(915.5, 'B').standing).toMatchObject({ status: 'following', observed: { ageMs: 0 } });
});
