import { Rights } from '@giaolo/chassis/access';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { outgoingOf } from '@giaolo/chassis/committed';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { formatUnit, type Principal, type Unit } from '@giaolo/chassis/principal';
import { memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { verifierOf } from '@giaolo/chassis/tokens';
import { UnitTree } from '@giaolo/chassis/units';
import { ActRecorded, ChainAnchored, ChainExtended } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import {
  AuditServiceClient,
  ListActsRequest,
  ListAnchorsRequest,
  ListChainsRequest,
  ReadChainRequest,
  VerifyChainRequest,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { actRecorded, chainAnchored, chainExtended } from '@giaolo/topics/topics';
import type { LinkRecord } from '../src/adapters/chain-topic.ts';
import { type Audit, startAudit } from '../src/service.ts';
import { actOf } from './builders.ts';
import { issuer, units } from './people.ts';

export type Client = ClientOf<(typeof AuditServiceClient)['service']>;

/** The whole service on a store and a bus in memory, asked over real gRPC; its clock stands until a test moves it. */
export class Stage {
  now: Instant = Date.parse('2026-02-16T12:00:00Z');
  readonly clock: Clock = { kind: 'wall', now: () => this.now, observe: () => {} };
  readonly bus = memoryBus(this.clock);
  audit!: Audit;
  /** What a reader finds in the topic of the links, where somebody has been at it. */
  tamper: (records: LinkRecord[]) => LinkRecord[] = (records) => records;
  /** Readers of the topic wait for it. */
  hold: Promise<void> | undefined;
  #server!: GrpcServer;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  readonly #clients = new Map<string, Client>();

  async open(): Promise<void> {
    const { bus, clock } = this;
    const rights = new Rights(new UnitTree(units), clock);
    const store = memoryStore(clock, (record) => void bus.publisher.send([outgoingOf('audit', record)]));
    const readRecords = () => this.#read();
    const covers = rights.covers.bind(rights);
    this.audit = await startAudit({ store, bus, clock, onCommitted: () => {}, readRecords, covers });
    this.#issuer = await issuer();
    this.#server = await serveGrpc({
      address: '127.0.0.1:0',
      services: [this.audit.rpc],
      verifier: verifierOf(this.#issuer.jwks),
      rights,
      readiness: createLifecycle().readiness,
    });
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#server.stop();
  }

  get address(): string {
    return this.#server.address;
  }

  token(principal: Principal): Promise<string> {
    return this.#issuer.token(principal);
  }

  /** A client of somebody; of nobody without a token. */
  async as(principal?: Principal): Promise<Client> {
    const key = principal?.subject ?? '';
    const known = this.#clients.get(key);
    if (known) return known;
    const token = principal ? { token: await this.token(principal) } : {};
    const client = connect(AuditServiceClient, this.address, token);
    this.#clients.set(key, client);
    return client;
  }

  /** A deciding service leaves records of these acts. */
  async recorded(...acts: Partial<ActRecorded>[]): Promise<void> {
    const records = acts.map((act) => {
      const value = actOf({ occurredTime: new Date(this.now), ...act });
      const key = value.unit ? formatUnit(value.unit) : '';
      return { topic: actRecorded.name, key, value: ActRecorded.encode(value).finish() };
    });
    await this.bus.publisher.send(records);
    await this.bus.settled();
  }

  /** What was told of the chain of a unit. */
  links(unit: Unit): ChainExtended[] {
    return this.#told(chainExtended.name, formatUnit(unit)).map((value) => ChainExtended.decode(value));
  }

  anchors(unit: Unit): ChainAnchored[] {
    return this.#told(chainAnchored.name, `${formatUnit(unit)}@`).map((value) => ChainAnchored.decode(value));
  }

  #told(name: string, key: string): Uint8Array[] {
    return this.bus.caught
      .filter((record) => record.topic === name && record.key.startsWith(key))
      .map(({ value }) => value as Uint8Array);
  }

  /** All records of the topic of the links. */
  get records(): LinkRecord[] {
    return this.bus.caught.flatMap(({ topic, key, value }, offset) =>
      topic === chainExtended.name ? [{ key, value, offset: BigInt(offset), partition: 0 }] : [],
    );
  }

  async *#read(): AsyncGenerator<LinkRecord> {
    await this.hold;
    yield* this.tamper(this.records);
  }
}

export const listing = (changed: Partial<ListActsRequest> = {}) =>
  ListActsRequest.fromPartial(changed as Parameters<typeof ListActsRequest.fromPartial>[0]);

/** Every method with a valid request about one unit. */
export const asksAbout = (unit: Unit, client: Client) => ({
  listActs: () => client.listActs(listing({ unit })),
  listChains: () => client.listChains(ListChainsRequest.fromPartial({})),
  listAnchors: () => client.listAnchors(ListAnchorsRequest.fromPartial({ unit })),
  readChain: () => allOf(client.readChain(ReadChainRequest.fromPartial({ unit }))),
  verifyChain: () => client.verifyChain(VerifyChainRequest.fromPartial({ unit })),
});

export async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of stream) all.push(message);
  return all;
}
