import { readFileSync } from 'node:fs';
import { type Bus, type Received, view } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { connect } from '@giaolo/chassis/grpc/client';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { brokers, eventually } from '@giaolo/chassis/testing/brokers';
import { type OtlpReceiver, receiveTraces } from '@giaolo/chassis/testing/otlp-receiver';
import type { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  OccupancyObservation,
  OpenLotRequest,
  ParkingServiceClient,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { lotChanged } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PrivatePlatform, startPrivatePlatform } from '../src/private-platform.ts';

const START_MS = 120_000;
const HTTP_TRACE = '0af7651916cd43dd8448eb211c80319c';
const lot = 'lots/traced';

let receiver: OtlpReceiver;
let platform: PrivatePlatform;
let bus: Bus;
let token: string;
let parking: ReturnType<typeof connect<(typeof ParkingServiceClient)['service']>>;
const facts: Received<LotChanged>[] = [];

beforeAll(async () => {
  receiver = await receiveTraces();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, GIAOLO_TRACE_RATIO: '1' };
  platform = await startPrivatePlatform({ env });
  const { topicPrefix, tokenFile } = platform.info;
  token = readFileSync(tokenFile, 'utf8').trim();
  parking = connect(ParkingServiceClient, platform.info.parking, { token });
  const consumes = [lotChanged];
  bus = openKafkaBus({
    service: 'test',
    brokers: brokers().kafka,
    clock: wallClock,
    topicPrefix,
    produces: [],
    consumes,
  });
  await bus.view({ sources: [view(lotChanged, (received) => facts.push(received))] });
  await parking.openLot(
    OpenLotRequest.fromPartial({
      requestId: 'open',
      name: lot,
      displayName: 'Bãi xe thử',
      position: { latitude: 10.34, longitude: 107.08 },
      capacity: 3,
    }),
  );
}, START_MS);

afterAll(async () => {
  parking?.close();
  await bus?.close();
  await platform?.end();
  await receiver?.stop();
}, START_MS);

test(
  'one trace leads from an HTTP request through gRPC and the outbox to the event on Kafka',
  async () => {
    const response = await fetch(`${platform.info.gateway}/v1/${lot}/reservations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': 'traced-1',
        traceparent: `00-${HTTP_TRACE}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify({ arriveByTime: new Date(Date.now() + 600_000).toISOString() }),
    });
    expect(response.status).toBe(201);
    const fact = await eventually('the event', () => facts.find(({ value }) => value.fact?.$case === 'spaceReserved'));
    expect(fact.traceparent).toContain(HTTP_TRACE);
    const spans = await receiver.waitFor((all) => {
      const own = all.filter(({ traceId }) => traceId === HTTP_TRACE);
      return own.length >= 3 ? own : undefined;
    }, 20_000);
    const story = [...spans].sort((a, b) => Number(a.startedAtNanos - b.startedAtNanos));
    expect(story.map(({ service, kind }) => [service, kind])).toEqual([
      ['gateway', 2],
      ['gateway', 3],
      ['parking', 2],
    ]);
    expect(story[1]?.parentSpanId).toBe(story[0]?.spanId);
    expect(story[2]?.parentSpanId).toBe(story[1]?.spanId);
    expect(fact.traceparent).toContain(story[2]?.spanId);
  },
  START_MS,
);

test(
  'the batch that handles an observation is linked to the call that reported it, and so is the event it led to',
  async () => {
    const report = parking.reportOccupancy();
    const observation = { $case: 'occupied', value: 2 } as const;
    const observations = [OccupancyObservation.fromPartial({ lot, observedTime: new Date(), observation })];
    await report.send({ observations });
    report.end();
    for await (const { accepted } of report.responses) expect(accepted).toBe(1);
    const fact = await eventually('the event', () =>
      facts.find(({ value }) => value.fact?.$case === 'occupancyCounted'),
    );
    const { call, batch } = await receiver.waitFor((all) => {
      const call = all.find(({ name, kind }) => name.endsWith('/ReportOccupancy') && kind === 2);
      const batch = all.find(({ name }) => name === 'process parking.lot.occupancy-observed.v1');
      return call && batch ? { call, batch } : undefined;
    }, 20_000);
    expect(batch.links).toContainEqual({ traceId: call.traceId, spanId: call.spanId });
    expect(fact.traceparent).toContain(call.traceId);
  },
  START_MS,
);
