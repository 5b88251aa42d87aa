import { readRegistry } from '@giaolo/topics/registry';
import { expect, test } from '@jest/globals';
import { namesLike, plansFrom } from './plans.ts';

const nameOf = namesLike([
  'chains/{code}/{valid_from}, and chains/{code}/{valid_from}#{field}',
  'lots/{lot}',
  'the name',
]);
const known = new Set(['chains/79/2025-07-01', 'signs/a']);

test.each([
  ['79/2025-07-01', 'chains/79/2025-07-01'],
  ['79/2025-07-01@2000', 'chains/79/2025-07-01'],
  ['signs/a', 'signs/a'],
  ['lots/unheard-of', 'lots/unheard-of'],
  ['80/2025-07-01', 'chains/80/2025-07-01'],
  ['80/2025-07-01@1000', undefined],
  ['signs/b/c/d', undefined],
  ['lots/x/vehicles/y', undefined],
])('a fact with the key %s is of %s', (key, name) => expect(nameOf(key, (each) => known.has(each))).toBe(name));

test('every service that has a topic of state has a plan, and no topic is in two', () => {
  const plans = plansFrom(readRegistry());
  expect(plans.map(({ service }) => service)).toEqual(expect.arrayContaining(['parking', 'transit']));
  const topics = plans.flatMap(({ states, facts }) => [...states, ...facts]);
  expect(topics).toEqual([...new Set(topics)]);
});
