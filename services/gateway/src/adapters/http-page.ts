import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Clock } from '@giaolo/chassis/clock';
import type { LiveView } from '@giaolo/chassis/live-view';
import type { EventStreams } from '@giaolo/chassis/sse';
import type { RequestHandler } from 'express';
import type { Element } from '../live/element.ts';
import type { NetworkBody, NetworkCache } from '../network/network-cache.ts';
import type { PageClock } from '../page-contract.ts';
import { follow } from './follow.ts';

/** `GET /v1/live` */
export const liveEvents =
  (view: LiveView<Element>, streams: EventStreams, clock: Clock): RequestHandler =>
  async (request, response) => {
    const stream = streams.open(request, response);
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
      clock,
    );
  };

/** `GET /v1/network` */
export const readNetwork =
  (network: NetworkCache): RequestHandler =>
  async (_request, response) => {
    const { json, versions } = await network.body();
    response
      .set({ etag: etagOf(versions), 'cache-control': 'no-cache' })
      .type('json')
      .send(json);
  };

function etagOf(versions: NetworkBody['versions']): string {
  const hash = createHash('sha256').update(JSON.stringify([...versions]));
  return `"${hash.digest('base64url')}"`;
}

/** `GET /v1/clock` */
export const readClock =
  (clock: Clock): RequestHandler =>
  (_request, response) => {
    const body: PageClock = { kind: clock.kind, now: clock.now() };
    response.set('cache-control', 'no-store').json(body);
  };
