import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FellBehind, LiveView, type WatchBatch } from './live-view.ts';

type Value = { key: string; n: number };
const newView = (history = 100, epoch = 'e') => new LiveView<Value>({ epoch, slots: 2, now: () => 0, history });

/** What a client knows after the batches. */
function follow(known: Map<string, number>, batch: WatchBatch<Value>, begun: { snapshot: boolean }) {
  if (batch.phase === 'snapshot' && !begun.snapshot) known.clear();
  begun.snapshot = batch.phase === 'snapshot' && batch.token === undefined;
  for (const { key, n } of batch.values) known.set(key, n);
}

test('a new reader gets a snapshot and then the changes', async () => {
  const view = newView();
  view.apply(0, 0n, 'a', { key: 'a', n: 1 });
  const stop = new AbortController();
  const reader = view.watch(undefined, stop.signal);
  expect((await reader.next()).value).toMatchObject({ phase: 'snapshot', values: [{ key: 'a', n: 1 }] });
  view.apply(1, 0n, 'b', { key: 'b', n: 1 });
  expect((await reader.next()).value).toMatchObject({ phase: 'live', values: [{ key: 'b', n: 1 }] });
  stop.abort();
  expect((await reader.next()).done).toBe(true);
});

test('a large snapshot comes in parts, of which only the last can be resumed from', async () => {
  const view = newView();
  for (let i = 0n; i < 1_200n; i++) view.apply(0, i, `k${i}`, { key: `k${i}`, n: 0 });
  const reader = view.watch(undefined, new AbortController().signal);
  const parts = [(await reader.next()).value, (await reader.next()).value, (await reader.next()).value];
  expect(parts.map((part) => part?.values.length)).toEqual([500, 500, 200]);
  expect(parts.map((part) => part?.token !== undefined)).toEqual([false, false, true]);
});

test('a token that is too old, of another log, or no token at all gets a snapshot', async () => {
  const view = newView(2);
  const old = view.token;
  for (let i = 0n; i < 5n; i++) view.apply(0, i, 'a', { key: 'a', n: Number(i) });
  for (const token of [old, newView(2, 'other').token, 'e.zz', '', 'e.!-!', 'x'.repeat(5_000)]) {
    const first = await view.watch(token, new AbortController().signal).next();
    expect(first.value).toMatchObject({ phase: 'snapshot' });
  }
});

test('a reader that the ring has overtaken is told so', async () => {
  const view = newView(10);
  const reader = view.watch(undefined, new AbortController().signal);
  await reader.next();
  for (let i = 0n; i < 50n; i++) view.apply(0, i, 'a', { key: 'a', n: Number(i) });
  await expect(reader.next()).rejects.toThrow(FellBehind);
});

test('records that were seen change nothing', () => {
  const view = newView();
  view.apply(0, 1n, 'a', { key: 'a', n: 2 });
  view.apply(0, 0n, 'a', { key: 'a', n: 1 });
  expect([...view.values()]).toEqual([{ key: 'a', n: 2 }]);
});

test('a client that resumes by token anywhere knows what a client that never left knows', async () => {
  const change = fc.record({ slot: fc.integer({ min: 0, max: 1 }), key: fc.constantFrom('a', 'b', 'c'), n: fc.nat() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 60 }),
      fc.nat(60),
      fc.integer({ min: 1, max: 80 }),
      async (changes, cut, history) => {
        const [first, second] = [newView(history), newView(history)];
        const next = [0n, 0n];
        const stop = new AbortController();
        const known = new Map<string, number>();
        const begun = { snapshot: false };
        const applyTo = (view: LiveView<Value>, { slot, key, n }: (typeof changes)[0], offset: bigint) =>
          view.apply(slot, offset, `${slot}${key}`, { key: `${slot}${key}`, n });
        const placed = changes.map((each) => ({ each, offset: (next[each.slot] as bigint)++ }));
        for (const { each, offset } of placed.slice(0, cut)) applyTo(first, each, offset);
        const opening = (await first.watch(undefined, stop.signal).next()).value as WatchBatch<Value>;
        follow(known, opening, begun);
        // The other replica has all changes; its slots may have come in another order.
        for (const { each, offset } of placed.filter(({ each }) => each.slot === 1)) applyTo(second, each, offset);
        for (const { each, offset } of placed.filter(({ each }) => each.slot === 0)) applyTo(second, each, offset);
        const reader = second.watch(opening.token, stop.signal);
        const expected = new Map(placed.map(({ each }) => [`${each.slot}${each.key}`, each.n]));
        while (JSON.stringify([...known].sort()) !== JSON.stringify([...expected].sort()))
          follow(known, (await reader.next()).value as WatchBatch<Value>, begun);
        stop.abort();
      },
    ),
    { numRuns: 200 },
  );
});
