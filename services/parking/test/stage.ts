import type { Clock, Instant } from '@giaolo/chassis/clock';
import { outgoingOf } from '@giaolo/chassis/committed';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import type { Principal } from '@giaolo/chassis/principal';
import { memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { ownUnitOnly } from '@giaolo/chassis/testing/rights';
import { verifierOf } from '@giaolo/chassis/tokens';
import { LotChanged } from '@giaolo/proto/giaolo/parking/v1/parking_events';
import {
  type OccupancyObservation,
  type OpenLotRequest,
  ParkingServiceClient,
  ReportOccupancyRequest,
  type ReserveSpaceRequest,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { lotChanged } from '@giaolo/topics/topics';
import { type Parking, startParking } from '../src/service.ts';
import { min } from './builders.ts';
import { an, issuer, operator, sensors } from './people.ts';

export type Client = ClientOf<(typeof ParkingServiceClient)['service']>;

/** The whole service on a store and a bus in memory, asked over real gRPC; its clock stands until a test moves it. */
export class Stage {
  now: Instant = Date.parse('2026-02-16T12:00:00Z');
  readonly clock: Clock = { kind: 'wall', now: () => this.now, observe: () => {} };
  readonly bus = memoryBus(this.clock);
  parking!: Parking;
  #server!: GrpcServer;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  readonly #clients = new Map<string, Client>();
  #ids = 0;

  async open(): Promise<void> {
    const { bus, clock } = this;
    const store = memoryStore(clock, (record) => void bus.publisher.send([outgoingOf('parking', record)]));
    this.parking = await startParking({ store, bus, clock, onCommitted: () => {} });
    this.#issuer = await issuer();
    this.#server = await serveGrpc({
      address: '127.0.0.1:0',
      services: [this.parking.rpc],
      verifier: verifierOf(this.#issuer.jwks),
      rights: ownUnitOnly(),
      readiness: createLifecycle().readiness,
    });
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#server.stop();
  }

  /** A client of somebody; of nobody without a token. */
  async as(principal?: Principal): Promise<Client> {
    const key = principal?.subject ?? '';
    const known = this.#clients.get(key);
    if (known) return known;
    const token = principal ? { token: await this.#issuer.token(principal) } : {};
    const client = connect(ParkingServiceClient, this.#server.address, token);
    this.#clients.set(key, client);
    return client;
  }

  nextId(): string {
    return `request-${++this.#ids}`;
  }

  lotOf(id: string, changed: Partial<OpenLotRequest> = {}): OpenLotRequest {
    return {
      requestId: this.nextId(),
      name: `lots/${id}`,
      displayName: 'Bãi xe Bến Du Thuyền',
      position: { latitude: 10.34, longitude: 107.08 },
      capacity: 2,
      bayIds: [],
      unit: undefined,
      ...changed,
    };
  }

  ask(id: string, minutes = 10): ReserveSpaceRequest {
    return { requestId: this.nextId(), lot: `lots/${id}`, arriveByTime: new Date(this.now + min(minutes)) };
  }

  async opened(id: string, changed: Partial<OpenLotRequest> = {}): Promise<void> {
    await (await this.as(operator)).openLot(this.lotOf(id, changed));
  }

  async closed(id: string): Promise<void> {
    await (await this.as(operator)).closeLot({ requestId: this.nextId(), name: `lots/${id}` });
  }

  async spaces(id: string) {
    return (await (await this.as(an)).getLot({ name: `lots/${id}` })).lot?.availability;
  }

  /** What the world was told of a lot. */
  facts(id: string): LotChanged[] {
    return this.bus.caught
      .filter(({ topic, key }) => topic === lotChanged.name && key === `lots/${id}`)
      .map(({ value }) => LotChanged.decode(value as Uint8Array));
  }

  /** Sends messages without waiting for answers; resolves with all answers. */
  async report(...messages: Partial<OccupancyObservation>[][]) {
    const conversation = (await this.as(sensors)).reportOccupancy();
    for (const observations of messages)
      await conversation.send(
        ReportOccupancyRequest.fromPartial({ observations: observations as OccupancyObservation[] }),
      );
    conversation.end();
    const answers = [];
    for await (const answer of conversation.responses) answers.push(answer);
    return answers;
  }

  count(id: string, occupied: number, observedAt = this.now) {
    const observation = { $case: 'occupied' as const, value: occupied };
    return { lot: `lots/${id}`, observedTime: new Date(observedAt), observation };
  }

  bay(id: string, bayId: string, occupied: boolean, observedAt = this.now) {
    const observation = { $case: 'bay' as const, value: { bayId, occupied } };
    return { lot: `lots/${id}`, observedTime: new Date(observedAt), observation };
  }
}
