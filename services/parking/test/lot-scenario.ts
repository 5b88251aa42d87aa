import { applyPatch } from '@giaolo/chassis/decide';
import { Group } from '@giaolo/chassis/testing/simulator/group';
import type { Entry } from '@giaolo/chassis/testing/simulator/log';
import { Log } from '@giaolo/chassis/testing/simulator/log';
import { send, transit } from '@giaolo/chassis/testing/simulator/network';
import type { Plan, Scenario } from '@giaolo/chassis/testing/simulator/play';
import { Process } from '@giaolo/chassis/testing/simulator/process';
import { produce } from '@giaolo/chassis/testing/simulator/produce';
import { type MakeGate, Reader } from '@giaolo/chassis/testing/simulator/reader';
import { ServiceModel, type ServiceOptions } from '@giaolo/chassis/testing/simulator/service';
import { type Simulation, Violation } from '@giaolo/chassis/testing/simulator/simulation';
import { evolve as evolveLot, type Lot, type LotEvent, nextDeadline } from '../src/lot/lot.ts';
import { LotBook } from './lot-book.ts';
import { type Decides, type LotAsk, LotTraffic, realDecides } from './lot-traffic.ts';

/** What a test may make worse, to see that it is found out. */
export interface Worse extends Partial<Decides> {
  readonly evolve?: typeof evolveLot;
  readonly makeGate?: MakeGate;
  readonly openStore?: (simulation: Simulation) => ServiceOptions<Lot, LotEvent>['openStore'];
}

/** Long enough for every hold to run out. */
const QUIET_MS = 45 * 60_000;

export const lotPlan = (events: number): Plan => ({ events, parts: 4, quietMs: QUIET_MS });

/**
 * Parking with three replicas under every fault: each commit is held against a second account of its lot, and in the end
 * all views of a lot are one. `worse` is for the tests of this test.
 */
export const lotScenario =
  (worse: Worse = {}): Scenario =>
  (simulation) => {
    const { random } = simulation;
    const traffic = new LotTraffic(simulation, { ...realDecides, ...worse });
    const books = new Map(traffic.names.map((name) => [name, new LotBook(simulation)]));
    const openStore = worse.openStore?.(simulation);
    const service = new ServiceModel<Lot, LotEvent>(simulation, {
      aggregate: { evolve: worse.evolve ?? evolveLot, nextDeadline },
      onDue: (name, lot) => traffic.expiry(name, lot),
      onCommitted: (draft, kept) => books.get(draft.name)?.take(draft, kept),
      roundMs: Math.max(1_000, 8 * traffic.pace),
      ...(openStore && { openStore }),
    });

    // Two consumers of the facts: a live view, and one whose effect must come to pass once.
    const reader = new Reader(new Process(simulation, 'reader'), simulation, service.log, worse.makeGate);
    const followed = new Map<string, { sequence: number; lot: Lot }>();
    const follow = (entries: readonly Entry<LotEvent>[]) => {
      for (const { key, sequence = 0, value } of entries) {
        const known = followed.get(key) ?? { sequence: 0, lot: {} };
        followed.set(key, known);
        if (sequence <= known.sequence) continue;
        if (sequence > known.sequence + 1) throw new Violation(`${key}@${sequence} came after @${known.sequence}`);
        applyPatch(known.lot, evolveLot(known.lot, value));
        known.sequence = sequence;
      }
    };
    const members = [0, 1].map((i) => new Process(simulation, `member ${i}`));
    const group = new Group(simulation, members, service.log, (member, entries, over) =>
      member.after(transit(simulation), () => {
        follow(entries);
        member.after(transit(simulation), () => over(true));
      }),
    );

    // Devices and the registry speak by the bus, and the replicas themselves follow it.
    const records = new Log<LotAsk>(service.log.partitions.length);
    const follower = new Group(simulation, service.processes, records, (member, entries, over) =>
      service.decide(
        member,
        entries.map(({ value }) => value),
        over,
      ),
    );
    const record = () => {
      const value = traffic.record();
      const entry = { key: value.name, sequence: undefined, value };
      const process = random.pick(service.processes);
      send(simulation, () => process.take(() => produce(process, simulation, records, [entry], { acknowledged() {} })));
    };
    const next = (): void => {
      if (simulation.isQuiet) return;
      if (random.chance(0.3)) record();
      else {
        const ask = traffic.request();
        service.ask(ask);
        if (ask.requestKey && random.chance(0.01)) service.ask(traffic.reuse(ask));
      }
      simulation.after(traffic.pace * random.below(3), next);
    };
    for (const name of traffic.names) if (random.chance(0.7)) service.ask(traffic.open(name));
    next();
    simulation.onResume(next);

    return () => {
      service.checkSettled();
      const lag = group.lag + follower.lag;
      if (lag > 0) throw new Violation(`${lag} records were never taken over`);
      for (const name of service.store.names) {
        const kept = service.store.peek(name);
        const known = followed.get(name);
        const lot = kept?.fields ?? {};
        books.get(name)?.check(lot);
        if (lot.status !== undefined && lot.held > 0) throw new Violation(`${lot.held} holds of ${name} never ended`);
        if (known?.sequence !== kept?.version || plain(known?.lot) !== plain(lot))
          throw new Violation(`${name} is ${plain(lot)}, and its facts say ${plain(known?.lot)}`);
        const shown = reader.newest.get(name)?.sequence;
        if (shown !== kept?.version) throw new Violation(`${name} is at ${kept?.version}, its view shows ${shown}`);
      }
    };
  };

/** Order of the fields does not count. */
const plain = (lot: Lot | undefined): string => JSON.stringify(Object.entries(lot ?? {}).sort());
