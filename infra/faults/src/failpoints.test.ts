import { failpoints } from '@giaolo/chassis/failpoint';
import { expect, test } from '@jest/globals';
import { diesAt } from './crash-consumer.ts';
import { steps as crashSteps } from './crash-relay.ts';
import { steps as pauseSteps } from './pause-relay.ts';

test('there is no failpoint that no scenario tries', () => {
  const tried = new Set<string>([...crashSteps, ...pauseSteps, ...diesAt]);
  expect(failpoints.filter((name) => !tried.has(name))).toEqual([]);
});
