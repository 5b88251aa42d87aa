import { expect, test } from '@jest/globals';
import { createLifecycle } from './lifecycle.ts';

test('not ready first, then all stops in the reverse order of the start', async () => {
  const lifecycle = createLifecycle();
  const seen: string[] = [];
  lifecycle.readiness.onChange((ready) => seen.push(ready ? 'ready' : 'not ready'));
  for (const name of ['store', 'producer', 'consumer', 'listener'])
    lifecycle.onStop(name, async () => {
      await Promise.resolve();
      seen.push(name);
    });
  lifecycle.setReady();
  expect(lifecycle.readiness.isReady()).toBe(true);
  expect(await lifecycle.stop()).toBe(true);
  expect(seen).toEqual(['ready', 'not ready', 'listener', 'consumer', 'producer', 'store']);
  expect(lifecycle.stopping.aborted).toBe(true);
});

test('a pause lies between readiness and the stops, but not where nobody was ever told to come', async () => {
  const seen: string[] = [];
  const made = () => {
    const lifecycle = createLifecycle({ pauseMs: 60 });
    lifecycle.onStop('listener', () =>
      seen.push(`stopped after ${performance.now() - began >= 50 ? 'a pause' : 'none'}`),
    );
    return lifecycle;
  };
  let began = performance.now();
  const lifecycle = made();
  lifecycle.setReady();
  const stopped = lifecycle.stop();
  expect(lifecycle.readiness.isReady()).toBe(false);
  expect(lifecycle.stopping.aborted).toBe(false);
  await stopped;
  began = performance.now();
  await made().stop();
  expect(seen).toEqual(['stopped after a pause', 'stopped after none']);
});

test('a stop that fails does not keep the others from being called', async () => {
  const lifecycle = createLifecycle();
  const seen: string[] = [];
  lifecycle.onStop('store', () => seen.push('store'));
  lifecycle.onStop('listener', () => Promise.reject(new Error('stuck')));
  expect(await lifecycle.stop()).toBe(false);
  expect(seen).toEqual(['store']);
});

test('the whole drain is bounded', async () => {
  const lifecycle = createLifecycle({ drainMs: 20 });
  lifecycle.onStop('for ever', () => new Promise(() => {}));
  expect(await lifecycle.stop()).toBe(false);
});

test('what is started during the drain is stopped too, and never becomes ready', async () => {
  const lifecycle = createLifecycle();
  const seen: string[] = [];
  lifecycle.onStop('slow', async () => {
    lifecycle.onStop('late', () => seen.push('late'));
    lifecycle.setReady();
  });
  await lifecycle.stop();
  expect(seen).toEqual(['late']);
  expect(lifecycle.readiness.isReady()).toBe(false);
});

test('stopping twice stops once', async () => {
  const lifecycle = createLifecycle();
  let stops = 0;
  lifecycle.onStop('store', () => {
    stops += 1;
  });
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(stops).toBe(1);
});
