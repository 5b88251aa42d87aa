import { specFor } from '@giaolo/chassis/testing/spec';
import { test } from '@jest/globals';
import { activateFeed, evolve, type FeedActivated, type FeedSummary } from './activate-feed.ts';

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
const activated = (digest: string, replaces?: string): FeedActivated => ({
  type: 'FeedActivated',
  summary: version(digest),
  replaces,
});

test('puts the first version in force', () => feed().when(activateFeed, version('a')).then(activated('a')));
test('replaces a version by another', () =>
  feed(activated('a')).when(activateFeed, version('b')).then(activated('b', 'a')));
test('the version in force changes nothing', () => feed(activated('a')).when(activateFeed, version('a')).then());
test('an earlier version can come back', () =>
  feed(activated('a'), activated('b', 'a')).when(activateFeed, version('a')).then(activated('a', 'b')));
