import type { Route } from '@giaolo/chassis/http-route';

/** A good request to one route, about the things of a province by its mark: see `provinces.ts`. */
export interface Sample {
  readonly path: (mark: string) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of an answer to somebody who may. */
  readonly status: number;
  /** Whether it is about one thing of one unit, about all things that the caller sees, or about none. */
  readonly about: 'one' | 'all' | 'none';
}

const json = { 'content-type': 'application/json', 'idempotency-key': 'sample-1' };
const fixed = (path: string) => () => path;

/** By method and path, for every route that is not public; a test fails where one is missing. */
export const samples: Readonly<Record<string, Sample>> = {
  'GET /v1/session': { path: fixed('/v1/session'), status: 200, about: 'none' },
  'GET /v1/live': { path: fixed('/v1/live'), status: 200, about: 'all' },
  'GET /v1/network': { path: fixed('/v1/network'), status: 200, about: 'all' },
  'GET /v1/clock': { path: fixed('/v1/clock'), status: 200, about: 'none' },
  'GET /v1/lots': { path: fixed('/v1/lots'), status: 200, about: 'all' },
  'GET /v1/lots/:lot': { path: (mark) => `/v1/lots/${mark}`, status: 200, about: 'one' },
  'GET /v1/stops/:feed/:stop/arrivals': {
    path: (mark) => `/v1/stops/${mark}/VT05/arrivals`,
    status: 200,
    about: 'one',
  },
  'POST /v1/lots/:lot/reservations': {
    path: (mark) => `/v1/lots/${mark}/reservations`,
    headers: json,
    body: { arriveByTime: '2026-11-24T05:10:00.000Z' },
    status: 201,
    about: 'one',
  },
  'DELETE /v1/lots/:lot/reservations/:reservation': {
    path: (mark) => `/v1/lots/${mark}/reservations/r1`,
    headers: json,
    status: 204,
    about: 'one',
  },
};

export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;
