import { Group } from '@giaolo/chassis/testing/simulator/group';
import { type Entry, Log } from '@giaolo/chassis/testing/simulator/log';
import { send, transit } from '@giaolo/chassis/testing/simulator/network';
import type { Plan, Scenario } from '@giaolo/chassis/testing/simulator/play';
import { Process } from '@giaolo/chassis/testing/simulator/process';
import { produce } from '@giaolo/chassis/testing/simulator/produce';
import { roundTrip } from '@giaolo/chassis/testing/simulator/round-trip';
import { scheduleDeviation } from '../src/trip/predict.ts';
import { advance, type FollowedBy, type VehicleReport, type VehicleState } from '../src/vehicle/advance.ts';
import { Bus } from './bus.ts';
import { BLOCKS, startOfService } from './city.ts';
import { VehicleBook } from './vehicle-book.ts';

/** What a test may make worse, to see that it is found out. */
export interface Worse {
  readonly advance?: typeof advance;
  /** The state of a vehicle as it is kept, after this one was saved. */
  readonly keep?: (kept: string | undefined, saved: VehicleState) => string;
}

const MEMBERS = 3;
const PARTITIONS = 2;
const QUIET_MS = 10 * 60_000;

export const vehiclePlan = (events: number): Plan => ({ events, parts: 2, quietMs: QUIET_MS, origin: startOfService });

/** As `vehicle-store.ts` has to: what is older than what is kept comes from a process that stood still. */
const keepNewer = (kept: string | undefined, saved: VehicleState): string =>
  kept !== undefined && (JSON.parse(kept) as VehicleState).at >= saved.at ? kept : JSON.stringify(saved);

/**
 * Vehicles report to a front door, and the members of a group follow them, under every fault: whatever is told of a report,
 * however often and by whomever, is what a single process would have told to which nothing happened.
 */
export const vehicleScenario =
  (by: FollowedBy, { advance: step = advance, keep = keepNewer }: Worse = {}): Scenario =>
  (simulation) => {
    const { random } = simulation;
    const buses = Array.from({ length: random.between(1, BLOCKS) }, (_, i) => new Bus(i, random, by, simulation.now));
    const books = new Map(buses.map(({ key }) => [key, new VehicleBook(key, by)]));
    const processes = Array.from({ length: MEMBERS }, (_, i) => new Process(simulation, `replica ${i}`));

    const reports = new Log<VehicleReport>(PARTITIONS);
    reports.onWritten(({ key, value }) => books.get(key)?.take(value));
    const told = new Log<number>(PARTITIONS);
    told.onWritten(({ key, value }) => books.get(key)?.published(value));

    /** What `follow-vehicles.ts` does: load, advance, publish, save. */
    const remembered = new Map<string, string>();
    const group = new Group(simulation, processes, reports, (member, entries, over) =>
      member.after(transit(simulation), () => {
        const states = new Map<string, VehicleState | undefined>();
        const outgoing: Entry<number>[] = [];
        for (const { key, value } of entries) {
          if (!states.has(key)) states.set(key, parse(remembered.get(key)));
          const next = step(states.get(key), value, by, scheduleDeviation);
          if (!next) continue;
          books.get(key)?.told(value, next);
          states.set(key, next.state);
          outgoing.push({ key, sequence: undefined, value: value.at });
        }
        const saveAll = (): boolean => {
          for (const [key, state] of states) {
            // A connection that is cut while some have been saved.
            if (random.chance(simulation.faults.drop / 4)) return false;
            if (state) remembered.set(key, keep(remembered.get(key), state));
          }
          return true;
        };
        const acknowledged = () => roundTrip(member, simulation, saveAll, over, () => over(false));
        produce(member, simulation, told, outgoing, { acknowledged });
      }),
    );

    const gapMs = 1_000 * random.between(2, 20);
    const report = (bus: Bus): void => {
      if (simulation.isQuiet) return;
      const entry = { key: bus.key, sequence: undefined, value: bus.report(simulation.now) };
      const door = random.pick(processes);
      send(simulation, () => door.take(() => produce(door, simulation, reports, [entry], { acknowledged() {} })));
      simulation.after(1_000 * random.between(1, (2 * gapMs) / 1_000), () => report(bus));
    };
    const start = () => buses.forEach(report);
    start();
    simulation.onResume(start);

    return () => {
      for (const book of books.values()) book.check(remembered.get(book.key));
      simulation.demand(group.lag === 0, () => `${group.lag} reports were never followed`);
    };
  };

const parse = (kept: string | undefined): VehicleState | undefined =>
  kept === undefined ? undefined : (JSON.parse(kept) as VehicleState);
