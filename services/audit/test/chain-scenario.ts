import { formatUnit } from '@giaolo/chassis/principal';
import type { Ask } from '@giaolo/chassis/testing/simulator/decision-store';
import { Group } from '@giaolo/chassis/testing/simulator/group';
import { type Entry, Log, type Written } from '@giaolo/chassis/testing/simulator/log';
import type { Plan, Scenario } from '@giaolo/chassis/testing/simulator/play';
import { Process } from '@giaolo/chassis/testing/simulator/process';
import { produce } from '@giaolo/chassis/testing/simulator/produce';
import { ServiceModel } from '@giaolo/chassis/testing/simulator/service';
import { Violation } from '@giaolo/chassis/testing/simulator/simulation';
import { anchorHead } from '../src/chain/anchor-head.ts';
import { type Chain, type ChainEvent, evolve, nextDeadline } from '../src/chain/chain.ts';
import { type ChainActs, chainActs } from '../src/chain/chain-acts.ts';
import type { Head, Link } from '../src/chain/link.ts';
import { Repeats } from '../src/chain/repeats.ts';
import { verify } from '../src/chain/verify.ts';

/** What a test may make worse, to see that it is found out. */
export interface Worse {
  readonly chainActs?: typeof chainActs;
}

interface Act {
  readonly text: string;
  readonly at: number;
}

const UNITS = ['79', '77', '48', '01', '92'].map((code) => ({ code, validFrom: '2025-07-01' }));
const QUIET_MS = 15 * 60_000;
const LATEST = 40;

export const chainPlan = (events: number): Plan => ({ events, parts: 2, quietMs: QUIET_MS });

/**
 * Relays of other services bring acts, some of them again and late; the members of a group chain them, under every fault:
 * in the end each act is in the chain of its unit once, in the order in which it first came, and the chain verifies.
 */
export const chainScenario =
  (worse: Worse = {}): Scenario =>
  (simulation) => {
    const { random } = simulation;
    const units = UNITS.slice(0, random.between(4, UNITS.length));
    const service = new ServiceModel<Chain, ChainEvent>(simulation, {
      aggregate: { evolve, nextDeadline },
      onDue: (name) => ({
        name,
        method: 'AnchorHead',
        requestKey: undefined,
        command: null,
        decide: anchorHead,
        answer,
      }),
      onCommitted: () => {},
      roundMs: 10_000,
    });
    const acts = new Log<Act>(2);
    const first = new Map<string, string[]>(units.map((unit) => [formatUnit(unit), []]));
    const known = new Set<string>();
    acts.onWritten(({ key, value: { text } }) => {
      if (!known.has(text)) first.get(key)?.push(text);
      known.add(text);
    });

    const chainOf = (name: string, records: readonly Written<Act>[]): Ask<Chain, ChainEvent> => {
      const unit = units.find((each) => formatUnit(each) === name) as ChainActs['unit'];
      const command: ChainActs = {
        unit,
        records: records.map(({ partition, offset, value: { text, at } }) => ({
          partition,
          offset,
          at,
          act: Buffer.from(text).toString('base64'),
        })),
      };
      const decide = worse.chainActs ?? chainActs;
      return { name: `chains/${name}`, method: 'ChainActs', requestKey: undefined, command, decide, answer };
    };
    const group = new Group(simulation, service.processes, acts, (member, entries, over) => {
      const byUnit = Map.groupBy(entries, ({ key }) => key);
      service.decide(
        member,
        [...byUnit].map(([name, records]) => chainOf(name, records)),
        over,
      );
    });

    const relay = new Process(simulation, 'another service');
    const latest: Entry<Act>[] = [];
    let made = 0;
    const pace = 2 ** random.between(5, 12);
    const act = (): void => {
      if (simulation.isQuiet) return;
      const entries = Array.from({ length: random.chance(0.1) ? 4 : 1 }, () => {
        const value = { text: `act ${++made}`, at: simulation.now - random.below(10_000) };
        const entry = { key: formatUnit(random.pick(units)), sequence: undefined, value };
        latest[made % LATEST] = entry;
        return entry;
      });
      // One that stood still sends what it had read, after others have sent it and more.
      const late = random.chance(simulation.faults.freeze * 5) ? [random.pick(latest.filter(Boolean))] : [];
      produce(relay, simulation, acts, [...entries, ...late], { acknowledged() {} });
      simulation.after(random.below(2 * pace), act);
    };
    act();
    simulation.onResume(act);

    return () => {
      service.checkSettled();
      if (group.lag > 0) throw new Violation(`${group.lag} acts were never taken over`);
      for (const [unit, texts] of first) {
        const { links, anchors } = toldOf(service.log, `chains/${unit}`);
        const { head, fault } = verify(unit, links, { anchors });
        if (fault) throw new Violation(`${unit}: ${fault.flaw} at ${fault.index}`);
        const chained = links.map((link) => Buffer.from(link.act).toString());
        const wrong = texts.findIndex((text, i) => text !== chained[i]);
        if (wrong >= 0 || chained.length !== texts.length)
          throw new Violation(
            `${unit}: of ${texts.length} acts ${head.index} are chained; the first wrong is ${wrong}`,
          );
        const chain = service.store.peek(`chains/${unit}`)?.fields;
        if (chain?.unit && chain.anchored !== chain.length) throw new Violation(`the end of ${unit} is not anchored`);
      }
    };
  };

const answer = () => null;

/** The links of a chain as a reader of the topic finds them, and its anchors. */
function toldOf(log: Log<ChainEvent>, name: string): { links: Link[]; anchors: Head[] } {
  const repeats = new Repeats();
  const links: Link[] = [];
  const anchors: Head[] = [];
  for (const { key, value } of log.partitions[log.partitionOf(name)] ?? []) {
    if (key !== name) continue;
    if (value.type === 'HeadAnchored') anchors.push(value.head);
    else if (!repeats.isRepeat(value.link)) links.push(value.link);
  }
  return { links, anchors };
}
