import { expect, test } from '@jest/globals';
import { FEED, network } from '../testing/samples.ts';
import { boundsOf, NetworkIndex } from './network-index.ts';

const index = new NetworkIndex(network);

test('names what it knows, and calls the rest by its id', () => {
  expect(index.routeName(FEED, 'R4')).toBe('04');
  expect(index.routeName(FEED, 'R9')).toBe('R9');
  expect(index.stopName(FEED, 'S2')).toBe('Chợ Vũng Tàu');
  expect(index.stopName('feeds/other', 'S2')).toBe('S2');
  expect(index.timeZone(FEED)).toBe('Asia/Ho_Chi_Minh');
});

test('bounds are those of the feeds with vehicles, or of all', () => {
  const far = {
    ...network.feeds[0],
    feed: 'feeds/far',
    routes: [],
    stops: [{ stopId: 'x', name: 'x', lat: 38, lon: -77 }],
  };
  const two = { feeds: [...network.feeds, far] } as typeof network;
  const near = { west: 107.07, south: 10.34, east: 107.1, north: 10.36 };
  expect(boundsOf(two, new Set([FEED]))).toEqual(near);
  expect(boundsOf(two, new Set())).toEqual({ ...near, west: -77, north: 38 });
  expect(boundsOf({ feeds: [] }, new Set())).toBeUndefined();
});
