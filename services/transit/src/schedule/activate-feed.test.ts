import { specFor } from '@giaolo/chassis/testing/spec';
import { test } from '@jest/globals';
import { type ActivateFeed, activateFeed, evolve, type FeedActivated, type FeedSummary } from './activate-feed.ts';

const feed = specFor(evolve);
const version = (digest: string): FeedSummary => ({
  digest,
  agencyName: 'Xe buýt Vũng Tàu',
  timeZone: 'Asia/Ho_Chi_Minh',
  routeCount: 1,
  stopCount: 2,
  tripCount: 3,
  stopTimeCount: 6,
  firstServiceDate: '20260101',
  lastServiceDate: '20261231',
});
const unit = { code: '77', validFrom: '2025-07-01' };
const importing = (digest: string): ActivateFeed => ({ summary: version(digest), unit });
const activated = (digest: string, replaces?: string): FeedActivated => ({
  type: 'FeedActivated',
  summary: version(digest),
  unit,
  replaces,
});

test('puts the first version in force', () => feed().when(activateFeed, importing('a')).then(activated('a')));
test('replaces a version by another', () =>
  feed(activated('a')).when(activateFeed, importing('b')).then(activated('b', 'a')));
test('the version in force changes nothing', () => feed(activated('a')).when(activateFeed, importing('a')).then());
test('an earlier version can come back', () =>
  feed(activated('a'), activated('b', 'a')).when(activateFeed, importing('a')).then(activated('a', 'b')));
test('a feed stays in its unit, whoever imports the next version', () =>
  feed(activated('a'))
    .when(activateFeed, { summary: version('b'), unit: { code: '90', validFrom: '2025-07-01' } })
    .then(activated('b', 'a')));
