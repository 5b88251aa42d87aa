import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { createServer } from 'node:net';
import { ambient } from '@giaolo/chassis/ambient';
import { ServiceError } from '@giaolo/chassis/errors';
import { connect } from '@giaolo/chassis/grpc/client';
import { type Handlers, implement } from '@giaolo/chassis/grpc/service';
import { errorFrom } from '@giaolo/chassis/grpc/status';
import { issueToken } from '@giaolo/chassis/tokens';
import {
  GetLotRequest,
  ParkingServiceClient,
  ParkingServiceService,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { ChannelCredentials, Client, Metadata } from '@grpc/grpc-js';
import { afterEach, expect, test } from '@jest/globals';
import { lotNamed, operator, type ParkingFixture, serveParking } from './edge-fixture.ts';

let parking: ParkingFixture;

afterEach(() => parking.stop());

const lotRequest = Buffer.concat([Buffer.from([0, 0, 0, 0, 8]), GetLotRequest.encode({ name: 'lots/a' }).finish()]);

/** A call as another client would make it, down to the frames. */
function rawCall(path: string, headers: OutgoingHttpHeaders, body: Uint8Array): Promise<OutgoingHttpHeaders> {
  const session = connectHttp2(`http://${parking.server.address}`);
  return new Promise<OutgoingHttpHeaders>((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('response', (answer) => answer['grpc-status'] !== undefined && resolve(answer));
    stream.on('trailers', resolve);
    stream.on('error', reject);
    stream.resume();
    stream.end(body);
  }).finally(() => session.close());
}

const GET_LOT = '/giaolo.parking.v1.ParkingService/GetLot';

function readRaw(answer: OutgoingHttpHeaders) {
  const metadata = new Metadata();
  const details = answer['grpc-status-details-bin'];
  if (details) metadata.set('grpc-status-details-bin', Buffer.from(String(details), 'base64'));
  return errorFrom({ code: Number(answer['grpc-status']), details: String(answer['grpc-message']), metadata });
}

test('a handler knows who calls, which method and by when', async () => {
  const calls: unknown[] = [];
  parking = await serveParking({
    getLot: async ({ name }, call) => {
      const { principal, method, deadline = 0 } = call;
      calls.push({ principal, method, left: deadline - Date.now() > 500 && deadline - Date.now() <= 1_000 });
      expect(ambient()?.deadline).toBe(deadline);
      return lotNamed(name);
    },
  });
  expect((await parking.client().getLot({ name: 'lots/a' })).lot?.name).toBe('lots/a');
  expect(calls).toEqual([{ principal: operator, method: GET_LOT.slice(1), left: true }]);
});

test('nobody gets in without a good token', async () => {
  parking = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  const expired = await issueToken(parking.keys.privateJwk, operator, -60_000);
  const reasonWith = (token?: string) =>
    parking
      .client(token === undefined ? {} : { token })
      .getLot({ name: 'lots/a' })
      .catch(({ code, reason }: ServiceError) => `${code} ${reason}`);
  expect(await reasonWith()).toBe('UNAUTHENTICATED PRINCIPAL_MISSING');
  expect(await reasonWith('nonsense')).toBe('UNAUTHENTICATED PRINCIPAL_INVALID');
  expect(await reasonWith(expired)).toBe('UNAUTHENTICATED PRINCIPAL_INVALID');
});

test('refusals arrive as they were thrown; faults arrive without their inside', async () => {
  const refusal = new ServiceError('RESOURCE_EXHAUSTED', 'LOT_FULL', 'no space is free', {
    domain: 'parking.giaolo',
    metadata: { lot: 'lots/a' },
    localized: { vi: 'Bãi xe đã đầy.', en: 'The car park is full.' },
  });
  parking = await serveParking({
    getLot: async () => Promise.reject(refusal),
    listLots: async () => Promise.reject(new Error('password is hunter2')),
  });
  const client = parking.client();
  const { code, reason, domain, metadata, localized } = refusal;
  await expect(client.getLot({ name: '' })).rejects.toMatchObject({ code, reason, domain, metadata, localized });
  await expect(client.listLots({ pageSize: 0, pageToken: '' })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'internal error',
  });
});

test('a message that does not decode is refused by name', async () => {
  parking = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  const authorization = `Bearer ${parking.token}`;
  const answer = await rawCall(GET_LOT, { authorization }, Buffer.from([0, 0, 0, 0, 2, 0x0a, 0x7f]));
  expect(readRaw(answer)).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'REQUEST_INVALID' });
});

test('a call whose deadline has passed is not handled', async () => {
  let handled = 0;
  parking = await serveParking({
    getLot: async ({ name }) => {
      handled += 1;
      return lotNamed(name);
    },
  });
  const authorization = `Bearer ${parking.token}`;
  const answer = await rawCall(GET_LOT, { authorization, 'grpc-timeout': '0m' }, lotRequest);
  expect(readRaw(answer)).toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_PASSED' });
  expect(handled).toBe(0);
});

test('a call without a deadline gets ours', async () => {
  const aborted = Promise.withResolvers<void>();
  parking = await serveParking(
    {
      getLot: (_, call) => {
        call.signal.addEventListener('abort', () => aborted.resolve());
        return new Promise(() => {});
      },
    },
    { unaryDeadlineMs: 50 },
  );
  const answer = await rawCall(GET_LOT, { authorization: `Bearer ${parking.token}` }, lotRequest);
  expect(readRaw(answer)).toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_PASSED' });
  await aborted.promise;
});

test('a client that waited long enough is told so, and the handler learns it', async () => {
  const aborted = Promise.withResolvers<void>();
  parking = await serveParking({
    getLot: (_, call) => {
      call.signal.addEventListener('abort', () => aborted.resolve());
      return new Promise(() => {});
    },
  });
  await expect(parking.client().getLot({ name: 'lots/a' }, { deadlineMs: 50 })).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    reason: 'DEADLINE_PASSED',
  });
  await aborted.promise;
});

test('a call made while serving a call takes over its deadline, and its token when told to', async () => {
  const seen: { left: number; subject: string }[] = [];
  parking = await serveParking({
    getLot: async ({ name }, call) => {
      seen.push({ left: (call.deadline ?? 0) - Date.now(), subject: call.principal.subject });
      return lotNamed(name);
    },
    closeLot: async ({ name }) => client.getLot({ name }),
    openLot: async ({ name }) => forwarding.getLot({ name }),
  });
  const service = { ...operator, subject: 'service:gateway' };
  const client = parking.client({ token: await issueToken(parking.keys.privateJwk, service, 60_000) });
  const forwarding = parking.client({ forward: true });
  const outer = parking.client();
  await outer.closeLot({ requestId: '', name: 'lots/a' }, { deadlineMs: 300 });
  const open = {
    requestId: '',
    name: 'lots/a',
    displayName: '',
    position: undefined,
    capacity: 1,
    bayIds: [],
    unit: undefined,
  };
  await outer.openLot(open);
  expect(seen.map(({ subject }) => subject)).toEqual(['service:gateway', 'user:an']);
  expect(seen[0]?.left).toBeLessThanOrEqual(300);
  // The outer command had 3 s, but the inner read takes its own second.
  expect(seen[1]?.left).toBeLessThanOrEqual(1_000);
});

test('a cancelled call is cancelled', async () => {
  const aborted = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  parking = await serveParking({
    getLot: (_, call) => {
      call.signal.addEventListener('abort', () => aborted.resolve());
      begun.resolve();
      return new Promise(() => {});
    },
  });
  const abort = new AbortController();
  const answer = parking.client().getLot({ name: 'lots/a' }, { signal: abort.signal });
  void begun.promise.then(() => abort.abort());
  await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
  await aborted.promise;
});

/** Not in the contracts, so nothing is known of what happens when it is called twice. */
const onceService = {
  pay: { ...ParkingServiceService.getLot, path: '/giaolo.test.v1.OnceService/Pay' },
} as const;

test('a server in trouble 3 times of 10 does not show in idempotent methods, and does in others', async () => {
  let arrived = 0;
  const lotUnlessInTrouble = async ({ name }: { name: string }) => {
    arrived += 1;
    // Never thrice in a row.
    if ([1, 2, 6].includes(arrived % 10))
      throw new ServiceError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the store does not answer');
    return lotNamed(name);
  };
  const once = implement(onceService, { pay: 'anyone' }, { pay: lotUnlessInTrouble });
  parking = await serveParking({ getLot: lotUnlessInTrouble }, {}, [once]);
  const client = parking.client();
  for (let at = 0; at < 70; at++) await client.getLot({ name: 'lots/a' }, { deadlineMs: 5_000 });
  expect(arrived).toBe(100);

  const payer = connect({ service: onceService }, parking.server.address, { token: parking.token });
  await expect(payer.pay({ name: 'lots/a' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'DEPENDENCY_UNAVAILABLE',
  });
  expect(arrived).toBe(101);
  payer.close();
});

test('errors other than UNAVAILABLE are not tried again', async () => {
  let arrived = 0;
  parking = await serveParking({
    getLot: async () => {
      arrived += 1;
      throw new ServiceError('ABORTED', 'CONTENDED', 'too many');
    },
  });
  await expect(parking.client().getLot({ name: 'lots/a' })).rejects.toMatchObject({ reason: 'CONTENDED' });
  expect(arrived).toBe(1);
});

test('nobody there: UNAVAILABLE with a reason, within the deadline', async () => {
  parking = await serveParking({});
  const listener = createServer();
  const port = await new Promise<number>((resolve) =>
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port)),
  );
  await new Promise((resolve) => listener.close(resolve));
  const client = connect(ParkingServiceClient, `127.0.0.1:${port}`);
  await expect(client.ready(50)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(client.getLot({ name: 'lots/a' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    reason: 'DEPENDENCY_UNAVAILABLE',
  });
  client.close();
});

test('an unknown method is UNIMPLEMENTED, a message too large RESOURCE_EXHAUSTED', async () => {
  parking = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  const bare = new Client(parking.server.address, ChannelCredentials.createInsecure());
  const call = (path: string, size: number) =>
    new Promise<number | undefined>((resolve) => {
      const identity = (bytes: Buffer) => bytes;
      bare.makeUnaryRequest(path, identity, identity, Buffer.alloc(size), (error) => resolve(error?.code));
    });
  expect(await call('/giaolo.parking.v1.ParkingService/PaintLot', 0)).toBe(12);
  expect(await call(GET_LOT, 1024 * 1024 + 1)).toBe(8);
  bare.close();
});

test('a handler of another shape does not compile', () => {
  const handlers: Partial<Handlers<ParkingServiceService>> = {
    // @ts-expect-error: the answer of GetLot is one lot
    getLot: async () => ({ lots: [] }),
    // @ts-expect-error: WatchLots answers with a stream
    watchLots: async () => ({ lots: [] }),
  };
  expect(Object.keys(handlers)).toHaveLength(2);
});
