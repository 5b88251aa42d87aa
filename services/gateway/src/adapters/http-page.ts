import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Clock } from '@giaolo/chassis/clock';
import type { RouteCaller } from '@giaolo/chassis/http-route';
import type { LiveView } from '@giaolo/chassis/live-view';
import { COUNTRY } from '@giaolo/chassis/principal';
import type { EventStreams } from '@giaolo/chassis/sse';
import type { Request, Response } from 'express';
import type { Element } from '../live/element.ts';
import { type FeedUnits, Sight } from '../live/sight.ts';
import type { NetworkBody, NetworkCache } from '../network/network-cache.ts';
import type { PageClock } from '../page-contract.ts';
import { follow } from './follow.ts';

/** `GET /v1/live` */
export const liveEvents =
  (view: LiveView<Element>, feeds: FeedUnits, streams: EventStreams, clock: Clock) =>
  async (request: Request, response: Response, caller: RouteCaller) => {
    const { sees } = caller.rights;
    const stream = streams.open(request, response, caller);
    await follow(
      view,
      {
        resumeToken: stream.resumeToken,
        closed: stream.closed,
        send: (frame) => stream.send(frame),
        drained: async () => {
          if (response.writableNeedDrain) await once(response, 'drain', { signal: stream.closed }).catch(() => {});
        },
      },
      () => new Sight(sees, feeds),
      clock,
    );
  };

/** `GET /v1/network` */
export const readNetwork =
  (network: NetworkCache) =>
  async (_request: Request, response: Response, { rights: { sees } }: RouteCaller) => {
    const { json, versions } = await network.body(({ unit }) => sees(unit ?? COUNTRY));
    response
      .set({ etag: etagOf(versions), 'cache-control': 'private, no-cache', vary: 'authorization, cookie' })
      .type('json')
      .send(json);
  };

function etagOf(versions: NetworkBody['versions']): string {
  const hash = createHash('sha256').update(JSON.stringify([...versions]));
  return `"${hash.digest('base64url')}"`;
}

/** `GET /v1/clock` */
export const readClock = (clock: Clock) => (_request: Request, response: Response) => {
  const body: PageClock = { kind: clock.kind, now: clock.now() };
  response.set('cache-control', 'no-store').json(body);
};
