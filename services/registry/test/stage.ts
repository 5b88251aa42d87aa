import { Rights } from '@giaolo/chassis/access';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { outgoingOf } from '@giaolo/chassis/committed';
import { followUnits } from '@giaolo/chassis/follow-units';
import { type ClientOf, connect } from '@giaolo/chassis/grpc/client';
import { type GrpcServer, serveGrpc } from '@giaolo/chassis/grpc/server';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import type { Principal, Unit } from '@giaolo/chassis/principal';
import { memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { memoryStore } from '@giaolo/chassis/testing/memory-store';
import { verifierOf } from '@giaolo/chassis/tokens';
import type { UnitTree } from '@giaolo/chassis/units';
import type { AssetKind } from '@giaolo/proto/giaolo/registry/v1/asset';
import {
  ImportAssetsHeader_Format as Format,
  type ImportAssetsHeader,
  type ImportAssetsResponse,
  type ImportUnitsHeader,
  type ImportUnitsResponse,
  RegistryServiceClient,
  ImportUnitsHeader_Format as UnitFormat,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { type Registry, startRegistry } from '../src/service.ts';
import { administrator, home, issuer, registrar } from './people.ts';

export type Client = ClientOf<(typeof RegistryServiceClient)['service']>;

const CHUNK = 512 * 1024;

/** The units of `people.ts`, and what they were before. */
export const unitsCsv = `code,valid_from,valid_to,level,kind,name,english_name,parent_code,parent_valid_from,successors
VN,1945-09-02,,country,nước,Việt Nam,Viet Nam,,,
00,2025-07-01,,province,tỉnh,Tỉnh Vịnh Xanh,,VN,1945-09-02,
00001,2025-07-01,,commune,phường,Phường Bến Thuyền,,00,2025-07-01,
90,2025-07-01,,province,tỉnh,Tỉnh Đồi Thông,,VN,1945-09-02,
98,1991-01-01,2025-07-01,province,tỉnh,Tỉnh Suối Đá,,VN,1945-09-02,00/2025-07-01
981,1991-01-01,2025-07-01,district,huyện,Huyện Suối Đá,,98,1991-01-01,
`;

/** The whole service on a store and a bus in memory, asked over real gRPC; its clock stands until a test moves it. */
export class Stage {
  now: Instant = Date.parse('2026-02-16T12:00:00Z');
  readonly clock: Clock = { kind: 'wall', now: () => this.now, observe: () => {} };
  readonly bus = memoryBus(this.clock);
  readonly store = memoryStore(this.clock, (record) => {
    void this.bus.publisher.send([outgoingOf('registry', record)]);
  });
  registry!: Registry;
  /** By which rights are judged. */
  tree!: UnitTree;
  #server!: GrpcServer;
  #issuer!: Awaited<ReturnType<typeof issuer>>;
  readonly #clients = new Map<string, Client>();
  #ids = 0;

  async open(): Promise<void> {
    const { bus, clock, store } = this;
    this.registry = await startRegistry({ store, bus, clock, onCommitted: () => {} });
    this.tree = await followUnits(bus);
    this.#issuer = await issuer();
    this.#server = await serveGrpc({
      address: '127.0.0.1:0',
      services: [this.registry.rpc],
      verifier: verifierOf(this.#issuer.jwks),
      rights: new Rights(this.tree, clock),
      readiness: createLifecycle().readiness,
    });
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#server.stop();
  }

  /** A client of somebody. */
  async as(principal: Principal): Promise<Client> {
    const known = this.#clients.get(principal.subject);
    if (known) return known;
    const token = await this.#issuer.token(principal);
    const client = connect(RegistryServiceClient, this.#server.address, { token });
    this.#clients.set(principal.subject, client);
    return client;
  }

  nextId(): string {
    return `request-${++this.#ids}`;
  }

  async importUnits(
    file: string | Uint8Array,
    changed: Partial<ImportUnitsHeader> = {},
    by: Principal = administrator,
  ): Promise<ImportUnitsResponse> {
    const upload = (await this.as(by)).importUnits();
    const header = {
      requestId: this.nextId(),
      format: UnitFormat.FORMAT_CSV,
      validFrom: '',
      validTo: '',
      dryRun: false,
    };
    await upload.send({ part: { $case: 'header', value: { ...header, ...changed } } });
    for (const value of chunksOf(file)) await upload.send({ part: { $case: 'chunk', value } });
    const answer = await upload.end();
    await this.bus.settled();
    return answer;
  }

  async importAssets(
    kind: AssetKind,
    file: string | Uint8Array,
    changed: Partial<ImportAssetsHeader> = {},
    by: Principal = registrar,
  ): Promise<ImportAssetsResponse> {
    const upload = (await this.as(by)).importAssets();
    const header = this.header(kind);
    await upload.send({ part: { $case: 'header', value: { ...header, ...changed } } });
    for (const value of chunksOf(file)) await upload.send({ part: { $case: 'chunk', value } });
    const answer = await upload.end();
    await this.bus.settled();
    return answer;
  }

  header(kind: AssetKind, unit: Unit = home): ImportAssetsHeader {
    const none = { columns: {}, dryRun: false, retireMissing: false, assumed: [] };
    return { requestId: this.nextId(), kind, format: Format.FORMAT_CSV, unit, ...none };
  }

  /** Keys of the records of a topic, with their values as they are. */
  records(topic: string): { key: string; value: Uint8Array }[] {
    return this.bus.caught.flatMap(({ topic: of, key, value }) => (of === topic && value ? [{ key, value }] : []));
  }
}

function* chunksOf(file: string | Uint8Array): Generator<Buffer> {
  const bytes = Buffer.from(file as string);
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}
