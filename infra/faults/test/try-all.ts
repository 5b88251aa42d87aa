import { brokers } from '@giaolo/chassis/testing/brokers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isInTime, type Result } from '../src/result.ts';
import { runScenario } from '../src/run-scenario.ts';
import type { Form, Scenario } from '../src/scenario.ts';
import { scenarios } from '../src/scenarios.ts';

/** Scenarios mostly wait, so that some may wait at once. */
const LANES = 2;

/** Tries every fault: each is a test. How long recovery took is told of the long form alone, whose machine is its own. */
export function tryAll(form: Form): void {
  const results = new Map<string, Promise<Result>>();
  const lanes: Promise<void>[] = [];
  const possible = scenarios.filter(({ missing }) => missing?.() === undefined);
  const patience = possible.reduce((sum, { withinMs }) => sum + withinMs[form], 0);
  const { GIAOLO_FAULTS_OUT: out, GIAOLO_FAULTS_SEED: seed } = process.env;

  beforeAll(() => {
    const waiting = possible.map((scenario) => ({ scenario, ...Promise.withResolvers<Result>() }));
    for (const { scenario, promise } of waiting) results.set(scenario.name, promise);
    for (const { promise } of waiting) promise.catch(() => {}); // its test tells it
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const options = { form, servers: brokers(), out, seed: seed === undefined ? undefined : Number(seed) };
        await runScenario(next.scenario, options).then(next.resolve, next.reject);
      }
    };
    lanes.push(...Array.from({ length: LANES }, lane));
  });
  afterAll(() => Promise.all(lanes), patience);

  for (const scenario of scenarios) tryOne(scenario, form, results, patience);
}

function tryOne(
  { name, about, missing }: Scenario,
  form: Form,
  results: ReadonlyMap<string, Promise<Result>>,
  patience: number,
): void {
  const why = missing?.();
  if (why) {
    test.skip(`${name}: not tried, ${why}`, () => {});
    return;
  }
  const attempt = async () => {
    const result = (await results.get(name)) as Result;
    const { lost, duplicated, dropped, broken, seed } = result;
    expect({ seed, lost, seenTwice: duplicated - dropped, broken }).toEqual({
      seed,
      lost: 0,
      seenTwice: 0,
      broken: [],
    });
    expect(result.injected).toBeGreaterThan(0);
    if (form === 'long')
      expect({ seed, recovery: result.recovery, inTime: isInTime(result) }).toMatchObject({ inTime: true });
  };
  test(`${name}: ${about}`, attempt, patience);
}
