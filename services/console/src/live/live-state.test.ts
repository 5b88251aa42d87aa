import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lot, prediction, vehicle } from '../testing/samples.ts';
import { applyChanges, emptyLive, FORGET_AFTER_MS, forgetSilent, replaceWith } from './live-state.ts';

test('a snapshot replaces everything', () => {
  const live = emptyLive();
  applyChanges(live, { now: 1, vehicles: [vehicle('old')], lots: [lot('old')], predictions: [prediction('old')] });
  replaceWith(live, { now: 2, vehicles: [vehicle('new')], lots: [], predictions: [] });
  expect([...live.vehicles.keys()]).toEqual([vehicle('new').key]);
  expect(live.lots.size + live.predictions.size).toBe(0);
});

test('a prediction without stops ends its trip', () => {
  const live = emptyLive();
  applyChanges(live, { now: 1, predictions: [prediction('a'), prediction('b')] });
  applyChanges(live, { now: 2, predictions: [{ ...prediction('a'), stops: [] }] });
  expect([...live.predictions.keys()]).toEqual([prediction('b').key]);
});

test('the silent are forgotten after half an hour', () => {
  const live = emptyLive();
  applyChanges(live, { now: 1, vehicles: [vehicle('a', { observedAt: 0 }), vehicle('b', { observedAt: 1_000 })] });
  expect(forgetSilent(live, FORGET_AFTER_MS)).toBe(false);
  expect(forgetSilent(live, FORGET_AFTER_MS + 1)).toBe(true);
  expect([...live.vehicles.values()].map((v) => v.vehicleId)).toEqual(['b']);
});

test('changes in any batching end in the same state as one snapshot', () => {
  const change = fc.record({ id: fc.constantFrom('a', 'b', 'c'), observedAt: fc.nat(), over: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change), fc.array(fc.nat(5)), (changes, sizes) => {
      const predictions = changes.map(({ id, observedAt, over }) => ({
        ...prediction(id, { observedAt }),
        ...(over && { stops: [] }),
      }));
      const whole = emptyLive();
      replaceWith(whole, { now: 0, vehicles: [], lots: [], predictions });
      const batched = emptyLive();
      const rest = [...predictions];
      for (const size of sizes) applyChanges(batched, { now: 0, predictions: rest.splice(0, size) });
      applyChanges(batched, { now: 0, predictions: rest });
      expect(new Map(batched.predictions)).toEqual(new Map(whole.predictions));
    }),
  );
});
