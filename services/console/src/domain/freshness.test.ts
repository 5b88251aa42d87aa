import { expect, test } from '@jest/globals';
import { type Age, ageOf } from './freshness.ts';

const now = 10_000_000;

test.each<[string, Parameters<typeof ageOf>, Age]>([
  ['just seen', ['vehicle', now, now], { freshness: 'fresh', ms: 0 }],
  ['a vehicle after a minute', ['vehicle', now - 60_000, now], { freshness: 'ageing', ms: 60_000 }],
  ['a vehicle after three minutes', ['vehicle', now - 180_000, now], { freshness: 'stale', ms: 180_000 }],
  ['a lot after a minute', ['lot', now - 60_000, now], { freshness: 'fresh', ms: 60_000 }],
  ['a lot after ten minutes', ['lot', now - 600_000, now], { freshness: 'stale', ms: 600_000 }],
  ['never observed', ['lot', undefined, now], { freshness: 'unknown' }],
  ['a device clock a little ahead', ['vehicle', now + 5_000, now], { freshness: 'fresh', ms: 0 }],
  ['a device clock far ahead', ['vehicle', now + 60_001, now], { freshness: 'unknown' }],
])('%s', (_, ask, answer) => expect(ageOf(...ask)).toEqual(answer));
