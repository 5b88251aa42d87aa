import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { begin, type Judgement, type News, type Policy, reconcile } from './reconcile.ts';

const policy: Policy<number> = {
  equal: (a, b) => a === b,
  silentMs: 3_000,
  acknowledgeMs: 1_500,
  followMs: 4_000,
  resendMs: { first: 500, most: 4_000 },
};
const TICK = 100;
const START = 1_000_000;

const value = fc.nat(2);
const news = fc.oneof(
  { weight: 1, arbitrary: fc.record({ version: fc.integer({ min: 1, max: 6 }), value }) },
  { weight: 1, arbitrary: fc.record({ acknowledges: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 5, arbitrary: fc.record({ sees: value, agoMs: fc.integer({ min: 0, max: 40 }).map((n) => n * TICK) }) },
);
type Step = { version: number; value: number } | { acknowledges: number } | { sees: number; agoMs: number };
const steps = fc.array(fc.record({ ticks: fc.integer({ min: 0, max: 12 }), news: fc.option(news) }), { maxLength: 80 });

function newsOf(step: Step, now: number): News<number> {
  if ('sees' in step) return { observed: { value: step.sees, at: now - step.agoMs } };
  if ('acknowledges' in step) return { acknowledged: { version: step.acknowledges, at: now } };
  return { commanded: { version: step.version, value: step.value, at: now } };
}

/** How it stands, told in another way: everything again, tick by tick, from all that was heard. */
function oracle() {
  let desired: { version: number; value: number } | undefined;
  let newest: { sees: number; at: number } | undefined;
  let owedMs = 0;
  let alarmed = false;
  const follows = (now: number): boolean | undefined =>
    desired && newest && now - newest.at < policy.silentMs ? newest.sees === desired.value : undefined;
  return {
    tick(now: number) {
      owedMs = follows(now) === false ? owedMs + TICK : 0;
    },
    hear(step: Step, now: number) {
      if ('version' in step && step.version > (desired?.version ?? 0)) {
        desired = step;
        owedMs = 0;
      }
      if ('sees' in step && now - step.agoMs >= (newest?.at ?? 0)) newest = { ...step, at: now - step.agoMs };
      if (follows(now) !== false) owedMs = 0;
    },
    standing(now: number) {
      const departed = follows(now) === false && owedMs >= policy.followMs;
      alarmed = departed || (alarmed && follows(now) !== true);
      return { follows: follows(now), departed, alarmed };
    },
  };
}

test('whatever is heard, late, twice, out of order: one alarm a departure, and never "following" on what is old', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const judge = oracle();
      let state = begin<number>(START);
      let now = START;
      let raised = false;
      const check = ({ standing, alarm, state: next }: Judgement<number>) => {
        const { follows, departed, alarmed } = judge.standing(now);
        if (alarm) expect(alarm).toBe(raised ? 'cleared' : 'raised');
        if (alarm) raised = !raised;
        const { status } = standing;
        const said = [status === 'following', status === 'departed', status === 'unknown' || status === 'uncommanded'];
        expect([...said, raised, standing.alarmed]).toEqual([
          follows === true,
          departed,
          follows === undefined,
          alarmed,
          alarmed,
        ]);
        state = next;
      };
      for (const step of history) {
        for (let tick = 0; tick < step.ticks; tick++) {
          now += TICK;
          judge.tick(now);
          check(reconcile(policy, state, undefined, now));
        }
        if (!step.news) continue;
        judge.hear(step.news, now);
        check(reconcile(policy, state, newsOf(step.news, now), now));
      }
    }),
    { numRuns: 300 },
  );
});

test('without news nothing changes before the time that was told, and then something does', () => {
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (history, part) => {
      let now = START;
      let last = reconcile(policy, begin<number>(now), undefined, now);
      for (const step of history) {
        now += step.ticks * TICK;
        last = reconcile(policy, last.state, step.news ? newsOf(step.news, now) : undefined, now);
        const { againInMs, standing, state } = last;
        expect(againInMs).toBeGreaterThan(0);
        const wait = Math.min(againInMs, 60_000);
        const early = reconcile(policy, state, undefined, now + Math.floor(wait * part * 0.999));
        expect(early).toMatchObject({ send: undefined, alarm: undefined, standing: { status: standing.status } });
        if (againInMs === Number.POSITIVE_INFINITY) continue;
        const then = reconcile(policy, state, undefined, now + againInMs);
        expect(then.send !== undefined || then.standing.status !== standing.status).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

const turbulence = fc.record({
  /** What becomes of the messages of one tick. */
  lost: fc.array(fc.constantFrom('all', 'acks', 'sights', 'none'), { minLength: 1, maxLength: 60 }),
  commands: fc.array(fc.record({ tick: fc.nat(60), value }), { minLength: 1, maxLength: 6 }),
  jumps: fc.array(fc.record({ tick: fc.nat(60), offset: fc.constantFrom(-90_000, 0, 1_500, 90_000) }), {
    maxLength: 4,
  }),
  restarts: fc.array(fc.nat(60), { maxLength: 2 }),
  /** Whether the device says what time it is, or who receives it does. */
  stampedBy: fc.constantFrom('device', 'owner'),
});

test('it converges whenever messages pass in the end, though clocks jump and the device forgets', () => {
  const longest = (policy.resendMs.most + policy.followMs + policy.silentMs) / TICK;
  fc.assert(
    fc.property(turbulence, ({ lost, commands, jumps, restarts, stampedBy }) => {
      const device = { version: 0, value: 9 };
      let offset = 0;
      let state = begin<number>(START);
      let last: Judgement<number> | undefined;
      let version = 0;
      let raised = 0;
      for (let tick = 0; tick < 60 + longest; tick++) {
        const fate = tick < 60 ? lost[tick % lost.length] : 'none';
        offset = tick === 60 ? 0 : (jumps.find((jump) => jump.tick === tick)?.offset ?? offset);
        const real = START + tick * TICK;
        const now = real + offset;
        const hear = (heard?: News<number>) => {
          last = reconcile(policy, state, heard, now);
          state = last.state;
          if (last.alarm) raised += last.alarm === 'raised' ? 1 : -1;
          expect([0, 1]).toContain(raised);
          if (!last.send || fate === 'all') return;
          if (last.send.version > device.version) Object.assign(device, last.send);
          const taken = last.send.version === device.version;
          if (taken && fate !== 'acks') hear({ acknowledged: { version: device.version, at: now } });
        };
        if (restarts.includes(tick)) Object.assign(device, { version: 0, value: 9 });
        for (const command of commands.filter((each) => each.tick === tick))
          hear({ commanded: { version: ++version, value: command.value, at: now } });
        hear();
        const sees = stampedBy === 'device' ? real : now;
        if (fate === 'none' || fate === 'acks') hear({ observed: { value: device.value, at: sees } });
      }
      expect(last?.standing).toMatchObject({ status: 'following', alarmed: false, acknowledged: { version } });
      expect([device.value, raised]).toEqual([last?.standing.commanded?.value, 0]);
    }),
    { numRuns: 300 },
  );
});
