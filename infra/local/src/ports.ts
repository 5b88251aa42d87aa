import { createServer, type Server } from 'node:net';
import { Trouble } from './trouble.ts';

/** Where a platform listens, on the loopback interface. */
export const defaultPorts = {
  gateway: 8080,
  gatewayOps: 7100,
  parking: 7001,
  parkingOps: 7101,
  transit: 7002,
  transitOps: 7102,
  registry: 7003,
  registryOps: 7103,
  audit: 7004,
  auditOps: 7104,
  kafka: 9092,
  kafkaController: 9093,
  redis: 6379,
  redisLive: 6380,
};

export type PortName = keyof typeof defaultPorts;
export type Ports = Readonly<Record<PortName, number>>;

const names = Object.keys(defaultPorts) as PortName[];

/** The default ports, all moved up by `offset`. */
export function portsFrom(offset: number): Ports {
  if (!Number.isInteger(offset) || offset < 0 || offset > 50_000)
    throw new Trouble('GIAOLO_PORT_OFFSET must be a whole number from 0 to 50000');
  return Object.fromEntries(names.map((name) => [name, defaultPorts[name] + offset])) as Ports;
}

/** Throws when another program listens on one of the ports. */
export async function requireFree(ports: Partial<Ports>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    const server = await listen(port);
    if (!server)
      throw new Trouble(
        `port ${port} (${name}) is in use: end the program that has it (ss -ltnp "sport = :${port}" names it), ` +
          'or move all ports, such as GIAOLO_PORT_OFFSET=1000 scripts/start',
      );
    await close(server);
  }
}

// Below the range from which the system takes ports for outgoing connections, so that none slips in between.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Ports that nobody uses now. */
export async function freePorts(): Promise<Ports> {
  const servers: Server[] = [];
  const found: [PortName, number][] = [];
  while (found.length < names.length) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = await listen(port);
    if (!server) continue;
    servers.push(server);
    found.push([names[found.length] as PortName, port]);
  }
  await Promise.all(servers.map(close));
  return Object.fromEntries(found) as Ports;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

const close = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()));
