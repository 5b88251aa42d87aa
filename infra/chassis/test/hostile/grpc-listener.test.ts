import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import net from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { lotNamed, type ParkingFixture, serveParking } from '../edge-fixture.ts';

const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const DATA_ON_NO_STREAM = Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 0, 0x78]);
const GET_LOT = '/giaolo.parking.v1.ParkingService/GetLot';

let parking: ParkingFixture;
let session: ClientHttp2Session;

const open = () => {
  session = connect(`http://${parking.server.address}`);
  return session;
};

afterEach(async () => {
  session.destroy();
  await parking.stop();
});

const call = (headers: Record<string, string> = {}) =>
  session.request({
    ':method': 'POST',
    ':path': GET_LOT,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${parking.token}`,
    ...headers,
  });

test('a caller who sends half a request and keeps its connection alive is cut off', async () => {
  parking = await serveParking({ getLot: async ({ name }) => lotNamed(name) }, { requestMs: 200 });
  open();
  const half = call();
  half.on('error', () => {});
  half.write(Buffer.from([0, 0, 0, 1, 0, 1]));
  await new Promise((resolve) => half.once('close', resolve));
  expect(half.rstCode).toBe(0xb);
  expect(session.closed).toBe(false);
});

test('a call whose answer takes longer than a request may is let alone', async () => {
  const answer = Promise.withResolvers<void>();
  parking = await serveParking(
    {
      getLot: async ({ name }) => {
        await answer.promise;
        return lotNamed(name);
      },
    },
    { requestMs: 100 },
  );
  open();
  const half = call();
  half.on('error', () => {});
  half.write(Buffer.from([0]));
  const slow = parking.client().getLot({ name: 'lots/a' }, { deadlineMs: 20_000 });
  // By then whoever looks has looked past the other one too.
  await new Promise((resolve) => half.once('close', resolve));
  answer.resolve();
  expect((await slow).lot?.name).toBe('lots/a');
});

test('what a caller sends in place of a token is not written anywhere', async () => {
  const written = jest.spyOn(console, 'error').mockImplementation(() => {});
  parking = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  open();
  const status = await new Promise((resolve) => {
    const stream = call({ authorization: `Bearer ${parking.token}é` });
    stream.on('response', (headers) => resolve(headers['grpc-status']));
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
  });
  expect(status).toBe('16');
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
});

test('callers who all give up at once do not lose their connection', async () => {
  parking = await serveParking({ getLot: () => new Promise(() => {}) }, { stopMs: 100 });
  open();
  const client = parking.client();
  const ends = new Set<string>();
  for (let round = 0; round < 3; round++)
    await Promise.all(
      Array.from({ length: 300 }, async () => {
        await client.getLot({ name: 'lots/a' }, { deadlineMs: 300 }).catch(({ code }) => ends.add(code));
      }),
    );
  expect([...ends]).toEqual(['DEADLINE_EXCEEDED']);
});

test('connections that break at that very moment do not keep the server from stopping', async () => {
  parking = await serveParking({ getLot: () => new Promise(() => {}) }, { stopMs: 100 });
  open();
  const port = Number(parking.server.address.split(':').at(-1));
  const sockets = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const socket = net.connect({ host: '127.0.0.1', port });
      socket.on('error', () => {});
      socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), EMPTY_SETTINGS]));
      await once(socket, 'data');
      return socket;
    }),
  );
  for (const socket of sockets) socket.write(DATA_ON_NO_STREAM);
  const began = performance.now();
  await parking.server.stop();
  expect(performance.now() - began).toBeLessThan(5_000);
  for (const socket of sockets) socket.destroy();
});
