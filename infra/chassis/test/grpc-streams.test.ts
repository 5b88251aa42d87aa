import { setImmediate as turn } from 'node:timers/promises';
import { ServiceError } from '@giaolo/chassis/errors';
import { connect } from '@giaolo/chassis/grpc/client';
import { implement } from '@giaolo/chassis/grpc/service';
import { errorFrom } from '@giaolo/chassis/grpc/status';
import {
  ParkingServiceService,
  type ReportOccupancyRequest,
  WatchLotsResponse as Watched,
  type WatchLotsResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { ImportFeedRequest, ImportFeedResponse } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { ChannelCredentials, Client, Metadata } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { lotNamed, type ParkingFixture, serveParking } from './edge-fixture.ts';

let parking: ParkingFixture;

afterEach(() => parking.stop());

const watched = (resumeToken: string): WatchLotsResponse => Watched.fromPartial({ resumeToken });
const watchRequest = { resumeToken: '' };
const report: ReportOccupancyRequest = { observations: [] };

async function take<T>(source: AsyncIterable<T>, count = Number.POSITIVE_INFINITY): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of source) if (taken.push(item) >= count) break;
  return taken;
}

test('a stream is read to its end', async () => {
  parking = await serveParking({
    async *watchLots() {
      for (let at = 0; at < 100; at++) yield watched(String(at));
    },
  });
  const responses = await take(parking.client().watchLots(watchRequest));
  expect(responses.map(({ resumeToken }) => Number(resumeToken))).toEqual([...Array(100).keys()]);
});

test('a stream that fails half-way delivers what was before', async () => {
  parking = await serveParking({
    async *watchLots() {
      yield watched('1');
      throw new ServiceError('NOT_FOUND', 'LOT_UNKNOWN', 'gone', { domain: 'parking.giaolo' });
    },
  });
  const tokens: string[] = [];
  const reading = (async () => {
    for await (const { resumeToken } of parking.client().watchLots(watchRequest)) tokens.push(resumeToken);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'LOT_UNKNOWN', domain: 'parking.giaolo' });
  expect(tokens).toEqual(['1']);
});

test('a reader that leaves ends the source', async () => {
  const left = Promise.withResolvers<void>();
  parking = await serveParking({
    async *watchLots(_, call) {
      try {
        for (let at = 0; !call.signal.aborted; at++) {
          yield watched(String(at));
          await turn();
        }
      } finally {
        left.resolve();
      }
    },
  });
  expect(await take(parking.client().watchLots(watchRequest), 3)).toHaveLength(3);
  await left.promise;
});

test('streams need a token as well', async () => {
  parking = await serveParking({});
  await expect(take(parking.client({}).watchLots(watchRequest))).rejects.toMatchObject({ reason: 'PRINCIPAL_MISSING' });
  const conversation = parking.client({}).reportOccupancy();
  await expect(take(conversation.responses)).rejects.toMatchObject({ reason: 'PRINCIPAL_MISSING' });
  await expect(conversation.send(report)).rejects.toMatchObject({ reason: 'PRINCIPAL_MISSING' });
});

test('a conversation answers each message, and ends after the last', async () => {
  parking = await serveParking({
    async *reportOccupancy(requests) {
      let accepted = 0;
      for await (const { observations } of requests) {
        accepted += observations.length;
        yield { accepted, refused: [] };
      }
      // More may be said after the other side has ended.
      yield { accepted: -accepted, refused: [] };
    },
  });
  const conversation = parking.client().reportOccupancy();
  const observation = { lot: 'lots/a', observedTime: new Date(), observation: undefined };
  const sending = (async () => {
    for (let at = 0; at < 200; at++) await conversation.send({ observations: [observation] });
    conversation.end();
  })();
  const responses = await take(conversation.responses);
  await sending;
  expect(responses).toHaveLength(201);
  expect(responses.at(-1)?.accepted).toBe(-200);
});

test('an upload gets its one answer, or the refusal', async () => {
  const service = {
    importFeed: {
      path: '/giaolo.test.v1.UploadService/ImportFeed',
      requestStream: true,
      responseStream: false,
      requestSerialize: (value: ImportFeedRequest) => Buffer.from(ImportFeedRequest.encode(value).finish()),
      requestDeserialize: (bytes: Buffer) => ImportFeedRequest.decode(bytes),
      responseSerialize: (value: ImportFeedResponse) => Buffer.from(ImportFeedResponse.encode(value).finish()),
      responseDeserialize: (bytes: Buffer) => ImportFeedResponse.decode(bytes),
    },
  } as const;
  let refuse = false;
  const uploads = implement(
    service,
    { importFeed: 'anyone' },
    {
      async importFeed(requests) {
        let count = 0;
        for await (const _ of requests) {
          count += 1;
          if (refuse) throw new ServiceError('INVALID_ARGUMENT', 'FEED_INVALID', 'not a feed');
        }
        if (count !== 50) throw new Error(`${count} requests came`);
        return ImportFeedResponse.fromPartial({});
      },
    },
  );
  parking = await serveParking({}, {}, [uploads]);
  const client = connect({ service }, parking.server.address, { token: parking.token });
  const send = async () => {
    const upload = client.importFeed();
    for (let at = 0; at < 50; at++) await upload.send(ImportFeedRequest.fromPartial({}));
    return upload.end();
  };
  await expect(send()).resolves.toEqual(ImportFeedResponse.fromPartial({}));
  refuse = true;
  await expect(send()).rejects.toMatchObject({ reason: 'FEED_INVALID' });
  client.close();
});

test('a client that goes away in mid-stream is no fault of the handler', async () => {
  const ended = Promise.withResolvers<unknown>();
  parking = await serveParking({
    async *reportOccupancy(requests) {
      try {
        for await (const _ of requests) yield { accepted: 1, refused: [] };
      } catch (error) {
        ended.resolve(error);
        throw error;
      }
    },
  });
  const conversation = parking.client().reportOccupancy();
  await conversation.send(report);
  await take(conversation.responses, 1);
  expect(await ended.promise).toMatchObject({ code: 'CANCELLED' });
});

test('a reader that does not read costs little, and is cut off with the reason', async () => {
  const big = 'x'.repeat(100_000);
  let produced = 0;
  const ended = Promise.withResolvers<void>();
  parking = await serveParking(
    {
      async *watchLots() {
        try {
          for (;;) {
            produced += 1;
            yield watched(big);
          }
        } finally {
          ended.resolve();
        }
      },
    },
    { slowReaderMs: 100 },
  );
  const client = new Client(parking.server.address, ChannelCredentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${parking.token}`);
  const { path, requestSerialize, responseDeserialize } = ParkingServiceService.watchLots;
  const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, watchRequest, metadata);
  stream.on('error', () => {});
  stream.once('data', () => stream.pause());
  await ended.promise;
  // What the connection, the library's queue of 16 and the reader's own took; 20 MB would be 200.
  expect(produced).toBeLessThan(80);
  const told = new Promise((resolve) =>
    stream.on('error', (error) => resolve(errorFrom(error as unknown as Parameters<typeof errorFrom>[0]))),
  );
  stream.resume();
  expect(await told).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'SLOW_READER' });
  client.close();
});

test('a reader that never takes the reason is dropped', async () => {
  parking = await serveParking(
    {
      async *watchLots() {
        for (;;) yield watched('x'.repeat(100_000));
      },
    },
    { slowReaderMs: 50 },
  );
  const client = new Client(parking.server.address, ChannelCredentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${parking.token}`);
  const identity = (bytes: Buffer) => bytes;
  const path = '/giaolo.parking.v1.ParkingService/WatchLots';
  const stream = client.makeServerStreamRequest(path, identity, identity, Buffer.alloc(0), metadata);
  const status = new Promise<{ code: number }>((resolve) => stream.on('status', resolve));
  stream.on('error', () => {});
  stream.once('data', () => stream.pause());
  expect((await status).code).toBe(8);
  client.close();
});

test('a server that stops ends streams with the advice to resume, and lets calls end', async () => {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  parking = await serveParking(
    {
      async *watchLots(_, call) {
        yield watched('token-1');
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      },
      async getLot({ name }) {
        begun.resolve();
        await answer.promise;
        return lotNamed(name);
      },
    },
    { stopMs: 5_000 },
  );
  const client = parking.client();
  const stream = client.watchLots(watchRequest)[Symbol.asyncIterator]();
  expect((await stream.next()).value?.resumeToken).toBe('token-1');
  const slow = client.getLot({ name: 'lots/a' });
  await begun.promise;
  const stopped = parking.server.stop();
  await expect(stream.next()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'STOPPING',
    metadata: { resumable: 'true' },
  });
  answer.resolve();
  expect((await slow).lot?.name).toBe('lots/a');
  await stopped;
});

test('a call that does not end does not keep the server from stopping', async () => {
  const begun = Promise.withResolvers<void>();
  parking = await serveParking(
    {
      getLot: () => {
        begun.resolve();
        return new Promise(() => {});
      },
    },
    { stopMs: 50 },
  );
  const call = parking.client().getLot({ name: 'lots/a' }, { deadlineMs: 20_000 });
  await begun.promise;
  await Promise.all([parking.server.stop(), expect(call).rejects.toMatchObject({ name: 'ServiceError' })]);
});
