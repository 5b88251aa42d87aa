import { wallClock } from '@giaolo/chassis/clock';
import { eventually, namespace } from '@giaolo/chassis/testing/brokers';
import { watchLeases } from './lease-watch.ts';
import { cancel, openLot, reserve, reserveUntilFree } from './parking-callers.ts';
import { followEnds, makeParking, type ParkingReplica, startParking } from './parking-replica.ts';
import { scenario } from './scenario.ts';

const WRONG_MS = 90_000;
/** As far as a decision's time may stand from the server's. */
const EARLY_MS = 500;
/** The sweep comes by each second, and what it makes known must still travel. */
const LATE_MS = 1_500;
const QUIET_MS = 3_000;

/** Ours is the clock of Redis: both run on this machine, and only the replicas' clocks are wrong. */
export const clockJump = scenario({
  name: 'clock-jump',
  about: 'clocks of replicas 90 s ahead, 90 s behind, and jumping; how much later than promised holds and leases ended',
  recovery: { of: 'max', withinMs: LATE_MS },
  withinMs: { short: 120_000, long: 600_000 },
  short: { rounds: 2, lots: 8 },
  long: { rounds: 20, lots: 20 },
  async run({ rounds, lots }, context) {
    const { random } = context;
    const place = await makeParking(context, namespace('parking'));
    const ends = await followEnds(context, place);
    const offsets = [WRONG_MS, -WRONG_MS, 0];
    const replicas = await Promise.all(offsets.map((offset) => startParking(context, place, offset)));
    const leases = await watchLeases(context, place.service, replicas.length);
    const jumper = replicas[2] as ParkingReplica;
    const jumping = setInterval(() => jumper.setClock(random.pick([WRONG_MS, -WRONG_MS, 0])), 700);
    context.onEnd(() => clearInterval(jumping));
    const clients = replicas.map(({ client }) => client);
    const names = Array.from({ length: lots }, (_, lot) => `lots/clock-${lot}`);
    await Promise.all(names.map((name) => openLot(clients, name)));

    const lateMs: number[] = [];
    const broken: string[] = [];
    const judge = (what: string, until: number, at: number) => {
      if (at < until - EARLY_MS) broken.push(`${what} ended ${until - at} ms early`);
      if (at > until + 10 * LATE_MS) broken.push(`${what} did not end in time`);
      lateMs.push(Math.max(0, at - until));
    };
    for (let round = 1; round <= rounds; round++) {
      const holds = names.map((name) => ({ name, until: wallClock.now() + random.between(1_500, 4_000) }));
      await Promise.all(
        holds.map(async ({ name, until }) => {
          await reserve(clients, name, until);
          // The only space: whoever gets it next got it when the hold had ended.
          const next = await reserveUntilFree(clients, name, until - EARLY_MS);
          judge(`a hold of ${name}`, until, next.at);
          broken.push(...next.misread);
          await cancel(clients, next.reservation);
        }),
      );
      context.report(`round ${round} of ${rounds}: ${Math.max(...lateMs)} ms late at most`);
    }
    clearInterval(jumping);

    // Nobody asks anything any more: the replicas find out by themselves, each by another clock than before.
    const until = wallClock.now() + QUIET_MS;
    const quiet = await Promise.all(names.map((name) => reserve(clients, name, until)));
    for (const [at, { setClock }] of replicas.entries()) setClock(offsets[(at + 1) % offsets.length] as number);
    const allEnded = () => quiet.every((reservation) => ends.has(reservation));
    await eventually('all holds end by themselves', allEnded, QUIET_MS + 20 * LATE_MS).catch(() => {});
    for (const reservation of quiet) judge(reservation, until, ends.get(reservation) ?? Number.POSITIVE_INFINITY);
    context.report(`by themselves: ${Math.max(...lateMs)} ms late at most`);

    const [victim] = replicas as [ParkingReplica, ...ParkingReplica[]];
    const lost = await leases.afterKill(victim.child);
    return {
      injected: (rounds + 1) * lots + 1,
      operations: (rounds + 1) * lots,
      lost: 0,
      duplicated: 0,
      dropped: 0,
      recoveryMs: [...lateMs, lost.lateMs],
      broken: [...broken, ...lost.broken],
      notes: lost.notes,
    };
  },
});
