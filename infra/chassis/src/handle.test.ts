import { expect, test } from '@jest/globals';
import { judgedBefore } from './access.ts';
import { wallClock } from './clock.ts';
import { Handler } from './handle.ts';
import type { Commit, DecisionStore } from './store.ts';
import { count, newCount, tallySpec, tester } from './testing/counter-aggregate.ts';
import { memoryStore } from './testing/memory-store.ts';

const caller = (requestId?: string) => ({ principal: tester, authority: judgedBefore, method: 'Count', requestId });

function watched(store: DecisionStore) {
  const commits: Commit[] = [];
  const commit = (each: Commit) => {
    commits.push(each);
    return store.commit(each);
  };
  return { commits, store: { ...store, commit } };
}

test('commands that arrive together are decided in order and committed together', async () => {
  const { commits, store } = watched(memoryStore(wallClock));
  const handler = new Handler(tallySpec, store);
  const outcomes = await Promise.all([1, 2, 3].map((by) => handler.handle('a', count, { by }, caller(), newCount)));
  expect(outcomes).toEqual([1, 3, 6].map((answer) => ({ accepted: true, answer })));
  expect(commits).toHaveLength(1);
  expect(commits[0]?.records.flatMap(({ origin, sequence }) => (origin ? [sequence] : []))).toEqual([1, 2, 3]);
});

test('the same request has one effect and one answer, also inside one batch', async () => {
  const handler = new Handler(tallySpec, memoryStore(wallClock));
  const ask = (by: number) => handler.handle('a', count, { by }, caller('r1'), newCount);
  expect(await Promise.all([ask(2), ask(2)])).toEqual([2, 2].map((answer) => ({ accepted: true, answer })));
  expect(await ask(2)).toEqual({ accepted: true, answer: 2 });
  await expect(ask(3)).rejects.toMatchObject({ reason: 'REQUEST_ID_REUSED' });
});

test('a refusal is remembered under its request id', async () => {
  const handler = new Handler(tallySpec, memoryStore(wallClock));
  const refused = { accepted: false, reason: 'NOT_POSITIVE' };
  const ask = () => handler.handle('a', count, { by: -1 }, caller('r1'), newCount);
  expect([await ask(), await ask()]).toEqual([refused, refused]);
});

test('request ids of different callers and methods do not meet', async () => {
  const handler = new Handler(tallySpec, memoryStore(wallClock));
  const other = { ...tester, subject: 'user:other' };
  await handler.handle('a', count, { by: 1 }, caller('r1'), newCount);
  await handler.handle('a', count, { by: 1 }, { ...caller('r1'), principal: other }, newCount);
  const last = await handler.handle('a', count, { by: 1 }, { ...caller('r1'), method: 'Else' }, newCount);
  expect(last).toEqual({ accepted: true, answer: 3 });
});

test('two replicas with one store never lose a command', async () => {
  const store = memoryStore(wallClock);
  const replicas = [new Handler(tallySpec, store), new Handler(tallySpec, store)];
  const asks = Array.from({ length: 200 }, (_, i) =>
    (replicas[i % 2] as (typeof replicas)[0]).handle('a', count, { by: 1 }, caller(`r${i}`), newCount),
  );
  await Promise.all(asks);
  expect(await replicas[0]?.load('a')).toEqual({ count: 200 });
});

test('a fault in one command is not the fault of its neighbours', async () => {
  const handler = new Handler(tallySpec, memoryStore(wallClock));
  const broken = () => {
    throw new Error('bug');
  };
  const good = () => handler.handle('a', count, { by: 1 }, caller(), newCount);
  const results = await Promise.allSettled([
    good(),
    handler.handle('a', broken, {}, caller(), newCount),
    good(),
    handler.handle('a', count, { by: 1 }, caller(), broken),
    good(),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await handler.load('a')).toEqual({ count: 3 });
});

test('a command whose caller has gone is not decided', async () => {
  const handler = new Handler(tallySpec, memoryStore(wallClock));
  const gone = { ...caller(), signal: AbortSignal.abort() };
  await expect(handler.handle('a', count, { by: 1 }, gone, newCount)).rejects.toMatchObject({
    reason: 'DEADLINE_PASSED',
  });
  expect(await handler.load('a')).toBeUndefined();
});

test('a store that does not answer rejects the commands and keeps nothing of them', async () => {
  const real = memoryStore(wallClock);
  let broken = true;
  const store: DecisionStore = {
    ...real,
    commit: (commit) => (broken ? Promise.reject(new Error('connection lost')) : real.commit(commit)),
  };
  const handler = new Handler(tallySpec, store);
  await expect(handler.handle('a', count, { by: 5 }, caller(), newCount)).rejects.toThrow('connection lost');
  broken = false;
  expect(await handler.handle('a', count, { by: 1 }, caller(), newCount)).toEqual({ accepted: true, answer: 1 });
});
