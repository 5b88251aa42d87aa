import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rights } from '@giaolo/chassis/access';
import { type Clock, type Instant, wallClock } from '@giaolo/chassis/clock';
import { connect } from '@giaolo/chassis/grpc/client';
import { serveGrpc } from '@giaolo/chassis/grpc/server';
import { serveHttp } from '@giaolo/chassis/http';
import type { Route } from '@giaolo/chassis/http-route';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { COUNTRY, type Principal } from '@giaolo/chassis/principal';
import { type MemoryBus, memoryBus } from '@giaolo/chassis/testing/memory-bus';
import { issueToken, makeKeyPair, verifierOf } from '@giaolo/chassis/tokens';
import { UnitTree } from '@giaolo/chassis/units';
import { ParkingServiceClient } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { pageCsp } from '../src/adapters/console-files.ts';
import { startGateway } from '../src/service.ts';
import { Behind, parkingSaying, transitSaying } from './behind.ts';
import { person, units } from './people.ts';
import { activated } from './reports.ts';

export interface RunningGateway {
  readonly url: string;
  /** All that it answers, and to whom. */
  readonly routes: readonly Route[];
  readonly bus: MemoryBus;
  readonly behind: Behind;
  /** The units by which it judges, the real one's to change. */
  readonly tree: UnitTree;
  token(principal?: Principal, lifetimeMs?: number): Promise<string>;
  /** Asks in the name of somebody; undefined = without a token. */
  ask(who: Principal | undefined, path: string, init?: RequestInit): Promise<Response>;
  /** Stops listening for HTTP, as a gateway that goes away does. */
  hangUp(): Promise<void>;
  /** Listens again, at the same address. */
  pickUp(): Promise<void>;
  end(): Promise<void>;
}

/** The real gateway on a bus in memory, in front of services that say what the test wants; one feed is in force. */
export async function runGateway(clock: Clock, consoleDir?: string): Promise<RunningGateway> {
  const { privateJwk, jwks } = await makeKeyPair();
  const token = (principal = person('operator'), lifetimeMs = 3_600_000) =>
    issueToken(privateJwk, principal, lifetimeMs);
  const behind = new Behind();
  const tree = new UnitTree(units);
  const rights = new Rights(tree, wallClock);
  const grpc = await serveGrpc({
    address: '127.0.0.1:0',
    services: [transitSaying(behind), parkingSaying(behind)],
    verifier: verifierOf(jwks),
    rights,
    readiness: createLifecycle().readiness,
    reflection: false,
  });
  const transit = connect(TransitServiceClient, grpc.address, { forward: true });
  const parking = connect(ParkingServiceClient, grpc.address, { forward: true });
  const own = await token(person('service', COUNTRY, 'service:gateway'));
  const ownTransit = connect(TransitServiceClient, grpc.address, { token: own });
  const bus = memoryBus(clock);
  const empty = mkdtempSync(join(tmpdir(), 'giaolo-page-'));
  const ports = { bus, clock, transit, parking, ownTransit, consoleDir: consoleDir ?? empty };
  const begin = async (address: string) => {
    const gateway = await startGateway(ports);
    const verifier = verifierOf(jwks);
    const http = await serveHttp({ address, verifier, rights, csp: pageCsp, routes: gateway.routes });
    return { gateway, http };
  };
  let running = await begin('127.0.0.1:0');
  await bus.publisher.send([activated('d1')]);
  await bus.settled();
  const { address, routes } = running.http;
  const url = `http://${address}`;
  const hangUp = async () => {
    running.gateway.end();
    await running.http.stop();
  };
  return {
    url,
    routes,
    bus,
    behind,
    tree,
    token,
    ask: async (who, path, init = {}) => {
      const headers = new Headers(init.headers);
      if (who) headers.set('authorization', `Bearer ${await token(who)}`);
      return fetch(`${url}${path}`, { ...init, headers });
    },
    hangUp,
    pickUp: async () => {
      running = await begin(address);
      // A bus in memory keeps nothing: what was said is said again, as Kafka's log would.
      await bus.publisher.send([...bus.caught]);
      await bus.settled();
    },
    end: async () => {
      await hangUp();
      for (const client of [transit, parking, ownTransit]) client.close();
      await grpc.stop();
      rmSync(empty, { recursive: true });
    },
  };
}

/** A clock that goes like the wall's, begun at `origin`. */
export function runningClock(origin: Instant, kind: Clock['kind'] = 'wall'): Clock {
  const startedAt = performance.now();
  return { kind, now: () => origin + Math.round(performance.now() - startedAt), observe: () => {} };
}
