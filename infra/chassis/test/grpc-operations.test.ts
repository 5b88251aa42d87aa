import { createServer, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { connect } from '@giaolo/chassis/grpc/client';
import { serveHttp } from '@giaolo/chassis/http';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { closeServer, listen } from '@giaolo/chassis/listen';
import { type OpsServer, serveOps } from '@giaolo/chassis/ops';
import { startTelemetry, type Telemetry } from '@giaolo/chassis/telemetry';
import { type OtlpReceiver, receiveTraces } from '@giaolo/chassis/testing/otlp-receiver';
import { ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { HealthClient, HealthCheckResponse_ServingStatus as Serving } from '@giaolo/proto/grpc/health/v1/health';
import { ChannelCredentials, Client } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { lotNamed, type ParkingFixture, serveParking } from './edge-fixture.ts';

let receiver: OtlpReceiver;
let telemetry: Telemetry;
let parking: ParkingFixture | undefined;

beforeAll(async () => {
  receiver = await receiveTraces();
  telemetry = startTelemetry({ service: 'parking', traceRatio: 1, otlpEndpoint: receiver.endpoint });
});

afterEach(async () => {
  await parking?.stop();
  parking = undefined;
});

afterAll(async () => {
  await telemetry.stop();
  await receiver.stop();
});

const fetchText = (url: string) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    get(url, { agent: false }, async (response) => {
      resolve({ status: response.statusCode, text: await text(response) });
    }).on('error', reject);
  });

async function metricsText(): Promise<string> {
  const server = createServer((request, response) => telemetry.metrics(request, response));
  const address = await listen(server, '127.0.0.1:0');
  const answer = await fetchText(`http://${address}/`);
  await closeServer(server);
  return answer.text;
}

const count = async (labels: string) =>
  Number(new RegExp(`^giaolo_rpc_duration_seconds_count{${labels}} (\\d+)`, 'm').exec(await metricsText())?.[1] ?? 0);

test('calls are counted by method and code, unknown methods too', async () => {
  const running = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  parking = running;
  await running.client().getLot({ name: 'lots/a' });
  await running
    .client({})
    .getLot({ name: 'lots/a' })
    .catch(() => {});
  const bare = new Client(running.server.address, ChannelCredentials.createInsecure());
  const bytes = (value: Buffer) => value;
  await new Promise((resolve) => {
    bare.makeUnaryRequest('/giaolo.parking.v1.ParkingService/PaintLot', bytes, bytes, Buffer.alloc(0), resolve);
  });
  bare.close();
  const method = 'method="giaolo.parking.v1.ParkingService/GetLot"';
  expect(await count(`${method},code="OK"`)).toBe(1);
  expect(await count(`${method},code="UNAUTHENTICATED"`)).toBe(1);
  expect(await count('method="unrouted",code="UNIMPLEMENTED"')).toBe(1);
});

test('a trace goes on from client to server to the next server', async () => {
  const inner = await serveParking({ getLot: async ({ name }) => lotNamed(name) });
  let traceparent = '';
  const running = await serveParking({
    getLot: (request, call) => {
      traceparent = call.traceparent;
      return innerClient.getLot(request);
    },
  });
  parking = running;
  const innerClient = inner.client();
  await running.client().getLot({ name: 'lots/a' });
  await telemetry.flush();
  const spans = await receiver.waitFor((all) => (all.length >= 4 ? all : undefined));
  await inner.stop();
  const [root] = spans.filter(({ parentSpanId, kind }) => kind === 3 && parentSpanId === '').slice(-1);
  const trace = spans.filter(({ traceId }) => traceId === root?.traceId);
  const chain = [root];
  for (let next = root; next; ) {
    const { spanId } = next;
    next = trace.find(({ parentSpanId }) => parentSpanId === spanId);
    if (next) chain.push(next);
  }
  expect(chain.map((span) => [span?.kind, span?.name, span?.service])).toEqual(
    [3, 2, 3, 2].map((kind) => [kind, 'giaolo.parking.v1.ParkingService/GetLot', 'parking']),
  );
  expect(chain[1]?.attributes).toMatchObject({ 'rpc.system': 'grpc', 'rpc.grpc.status_code': 0 });
  expect(traceparent).toBe(`00-${root?.traceId}-${chain[1]?.spanId}-01`);
});

test('a trace goes on from HTTP to gRPC, through a body and a token check', async () => {
  const running = await serveParking({ closeLot: async ({ name }) => lotNamed(name) });
  parking = running;
  const client = running.client({ forward: true });
  const gateway = await serveHttp({
    address: '127.0.0.1:0',
    verifier: running.verifier,
    rights: ownUnitOnly(),
    routes: [
      {
        method: 'POST',
        path: '/v1/lots/:lot/close',
        access: 'anyone',
        async handle({ body: { requestId }, params: { lot } }, response) {
          response.json(await client.closeLot({ requestId, name: `lots/${lot}` }));
        },
      },
    ],
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const answer = await fetch(`http://${gateway.address}/v1/lots/a/close`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${running.token}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      connection: 'close',
    },
    body: JSON.stringify({ requestId: 'r-1' }),
  });
  expect(await answer.json()).toMatchObject({ lot: { name: 'lots/a' } });
  await gateway.stop();
  await telemetry.flush();
  const spans = await receiver.waitFor((all) => {
    const own = all.filter((span) => span.traceId === traceId);
    return own.length >= 3 ? own : undefined;
  });
  const parents = new Map(spans.map((span) => [span.parentSpanId, span]));
  const http = parents.get('b7ad6b7169203331');
  const outgoing = parents.get(http?.spanId ?? '');
  const incoming = parents.get(outgoing?.spanId ?? '');
  expect([http, outgoing, incoming].map((span) => [span?.kind, span?.name])).toEqual([
    [2, 'POST /v1/lots/:lot/close'],
    [3, 'giaolo.parking.v1.ParkingService/CloseLot'],
    [2, 'giaolo.parking.v1.ParkingService/CloseLot'],
  ]);
  expect(http?.attributes).toMatchObject({ 'http.response.status_code': 200 });
});

test('health follows readiness, for all and for each service, and can be watched without a token', async () => {
  const running = await serveParking({});
  parking = running;
  const health = connect(HealthClient, running.server.address);
  const service = 'giaolo.parking.v1.ParkingService';
  expect(await health.check({ service: '' })).toEqual({ status: Serving.SERVING });
  expect(await health.check({ service })).toEqual({ status: Serving.SERVING });
  await expect(health.check({ service: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(Object.keys((await health.list({})).statuses)).toEqual(['', service]);

  const watch = health.watch({ service })[Symbol.asyncIterator]();
  expect((await watch.next()).value).toEqual({ status: Serving.SERVING });
  const changed = watch.next();
  const stopped = running.stop();
  expect((await changed).value).toEqual({ status: Serving.NOT_SERVING });
  await expect(watch.next()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  health.close();
  await stopped;
});

/** The strings and messages of one field of a message, as bytes. */
function field(message: Uint8Array, number: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [tag, wire] = reader.tag();
    if (tag === number) found.push(reader.bytes());
    else reader.skip(wire, tag);
  }
  return found;
}

const LIST_SERVICES = 7;
const FILE_CONTAINING_SYMBOL = 4;

/** Asks as grpcurl does; the answer's message is in the field `answerField`, its parts in that one's field 1. */
async function reflect(address: string, question: number, text: string, answerField: number): Promise<Uint8Array[]> {
  const client = new Client(address, ChannelCredentials.createInsecure());
  const bytes = (value: Buffer) => value;
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const stream = client.makeBidiStreamRequest(path, bytes, bytes);
  stream.end(Buffer.from(new BinaryWriter().tag(question, 2).string(text).finish()));
  const [answer] = await stream.toArray();
  client.close();
  return field(answer, answerField).flatMap((part) => field(part, 1));
}

test('reflection lists what is served, and gives types of other packages', async () => {
  const running = await serveParking({});
  parking = running;
  const { address } = running.server;
  const listed = await reflect(address, LIST_SERVICES, '*', 6);
  expect(listed.flatMap((service) => field(service, 1)).map((name) => Buffer.from(name).toString())).toEqual([
    'giaolo.parking.v1.ParkingService',
    'grpc.health.v1.Health',
  ]);
  const described = await reflect(address, FILE_CONTAINING_SYMBOL, 'giaolo.parking.v1.ParkingService', 4);
  const files = described.map((file) => fromBinary(FileDescriptorProtoSchema, file));
  expect(files.map(({ name }) => name)).toContain('giaolo/type/v1/position.proto');
  const parkingFile = files.find(({ name }) => name === 'giaolo/parking/v1/parking_service.proto');
  expect(parkingFile?.dependency).toContain('giaolo/type/v1/position.proto');
  expect(await reflect(address, FILE_CONTAINING_SYMBOL, 'giaolo.type.v1.Position', 4)).toHaveLength(1);
});

test('ops: alive, ready only when started and checked, metrics as text', async () => {
  const lifecycle = createLifecycle();
  let redis: () => Promise<unknown> = async () => 'PONG';
  const ops: OpsServer = await serveOps({
    address: '127.0.0.1:0',
    readiness: lifecycle.readiness,
    telemetry,
    checks: { redis: () => redis() },
  });
  lifecycle.onStop('ops', () => ops.stop());
  const ask = async (path: string) => fetchText(`http://${ops.address}${path}`);
  expect(await ask('/livez')).toEqual({ status: 200, text: 'ok\n' });
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'starting or stopping\n' });
  lifecycle.setReady();
  expect(await ask('/readyz')).toEqual({ status: 200, text: 'ok\n' });
  redis = () => new Promise(() => {});
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'no answer: redis\n' });
  const metrics = await ask('/metrics');
  expect(metrics.text).toContain('giaolo_heap_used_bytes');
  expect(metrics.text).toContain('giaolo_event_loop_delay_p99_seconds');
  expect((await ask('/elsewhere')).status).toBe(404);
  await lifecycle.stop();
});
