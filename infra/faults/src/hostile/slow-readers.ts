import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, type Outcome, scenario } from '../scenario.ts';
import { openCity } from './city.ts';
import { type Replica, startFleet } from './fleet.ts';
import { CallTally } from './paced.ts';
import { residentBytes, residentBytesAtRest } from './process-memory.ts';
import { type SlowClient, slowPage, slowWatcher } from './slow-clients.ts';
import { positionReporter } from './term-crowd.ts';

interface Params {
  /** Of each kind. */
  readonly clients: number;
  readonly eventsPerSecond: number;
  /** How long pages are watched: those that do not read are cut off half a minute after the last that they took. */
  readonly pagesMs: number;
  readonly pagesMustEnd: boolean;
}

const WATCH = '/giaolo.transit.v1.TransitService/WatchVehicles';
const WATCHERS_END_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 250;
const MEBIBYTE = 1_024 * 1_024;
/** What one client that does not read may cost: what the library and the system hold for it. */
const MOST_PER_CLIENT = 2 * MEBIBYTE;
const NOISE = 1.2;
const WARM_MS = 5_000;

export const slowReaders = scenario<Params>({
  name: 'slow-readers',
  about: 'clients of gRPC and event streams that do not read, with a fast source',
  withinMs: { short: 180_000, long: 600_000 },
  short: { clients: 20, eventsPerSecond: 400, pagesMs: 5_000, pagesMustEnd: false },
  long: { clients: 50, eventsPerSecond: 1_000, pagesMs: 180_000, pagesMustEnd: true },
  run,
});

async function run(params: Params, context: Context): Promise<Outcome> {
  const fleet = await startFleet(context, { parking: 1, transit: 1, gateway: 1 });
  const [transit, gateway] = [fleet.of('transit')[0] as Replica, fleet.of('gateway')[0] as Replica];
  const city = await openCity(fleet);
  context.onEnd(() => city.close());
  const tally = new CallTally('reports');
  const reporters = Array.from({ length: params.eventsPerSecond / 100 }, (_, at) => positionReporter(at, city, tally));
  context.onEnd(() => Promise.all(reporters.map((reporter) => reporter.stop())));
  await sleep(WARM_MS);

  const count = params.clients;
  const watchers = await crowd(
    transit,
    { count, readAtLast: count / 2, withinMs: WATCHERS_END_WITHIN_MS, mustEnd: true },
    () => slowWatcher(transit.address, WATCH, city.token),
  );
  // A page learns only by reading that it was cut off.
  const pages = await crowd(
    gateway,
    { count, readAtLast: count, withinMs: params.pagesMs, mustEnd: params.pagesMustEnd },
    () => slowPage(gateway.address, '/v1/live', city.token),
  );
  for (const { clients } of [watchers, pages]) for (const client of clients) client.close();
  const accepted = reporters.reduce((sum, reporter) => sum + reporter.accepted, 0);
  return {
    injected: 2 * params.clients,
    operations: accepted,
    lost: 0,
    duplicated: 0,
    dropped: 0,
    recoveryMs: [],
    broken: [...watchers.broken, ...pages.broken, ...tally.failures],
    notes: [...watchers.notes, ...pages.notes],
  };
}

interface Watched {
  readonly clients: readonly SlowClient[];
  readonly broken: string[];
  readonly notes: string[];
}

interface CrowdOptions {
  readonly count: number;
  /** So many of them read when all have been cut off, and may be told why. */
  readonly readAtLast: number;
  readonly withinMs: number;
  readonly mustEnd: boolean;
}

/** Connects them and watches the process. */
async function crowd(
  replica: Replica,
  { count, readAtLast, withinMs, mustEnd }: CrowdOptions,
  connect: () => SlowClient,
): Promise<Watched> {
  const { service, child } = replica;
  const before = await residentBytesAtRest(child.pid);
  const clients = Array.from({ length: count }, connect);
  const began = performance.now();
  let peak = before;
  const open = () => clients.filter(({ ended }) => ended === undefined).length;
  let told = false;
  while (open() > 0 && performance.now() - began < withinMs) {
    await sleep(LOOK_EVERY_MS);
    peak = Math.max(peak, residentBytes(child.pid));
    if (told || (await cutOffs(replica)) < count) continue;
    told = true;
    for (const client of clients.slice(0, readAtLast)) client.read();
  }
  const tookMs = performance.now() - began;
  const broken: string[] = [];
  const most = before * NOISE + count * MOST_PER_CLIENT;
  if (peak > most)
    broken.push(`${service}: ${mebibytes(peak)} with ${count} slow readers, ${mebibytes(before)} before`);
  if (mustEnd && open() > 0) broken.push(`${service}: ${open()} of ${count} slow readers are still served`);
  const ends = new Map<string, number>();
  for (const { ended = 'open' } of clients) ends.set(ended, (ends.get(ended) ?? 0) + 1);
  const how = [...ends].map(([end, times]) => `${times} x ${end}`).join(', ');
  const notes = [
    `${service}: ${mebibytes(before)} before, ${mebibytes(peak)} at most with ${count} slow readers; ${how} after ${Math.round(tookMs / 1_000)} s`,
  ];
  return { clients, broken, notes };
}

/** Streams that the process has cut off because they were not read, by its own count. */
async function cutOffs({ ops }: Replica): Promise<number> {
  const text = await (await fetch(`http://${ops}/metrics`)).text();
  const counts = [...text.matchAll(/^giaolo_(?:rpc|sse)_slow_readers_total\S* (\d+)/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MiB`;
