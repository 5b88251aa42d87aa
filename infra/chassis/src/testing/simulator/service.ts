import { Callers } from './callers.ts';
import type { Aggregate } from './decide-all.ts';
import { type Ask, DecisionStoreModel, type Draft, type Kept } from './decision-store.ts';
import { Log } from './log.ts';
import { transit } from './network.ts';
import { Process } from './process.ts';
import { Relay } from './relay.ts';
import { Replica } from './replica.ts';
import { Shares } from './shares.ts';
import { type Simulation, Violation } from './simulation.ts';

export type OnCommitted<State, Event> = (draft: Draft<State, Event>, kept: Kept<State>) => void;

export interface ServiceOptions<State extends object, Event> {
  readonly aggregate: Aggregate<State, Event>;
  /** What the service asks of itself when a deadline has come. */
  readonly onDue: (name: string, state: State) => Ask<State, Event> | undefined;
  /** Told of every commit, in its order: here the invariants are checked. */
  readonly onCommitted: OnCommitted<State, Event>;
  /** Between two looks at deadlines and outbox of a replica, as long as things go on. */
  readonly roundMs: number;
  /** A test may put a worse one in its place. */
  readonly openStore?: (onCommitted: OnCommitted<State, Event>) => DecisionStoreModel<State, Event>;
}

const REPLICAS = 3;
const PARTITIONS = 2;
const LEASE_MS = 5_000;
const QUIET_ROUND_MS = 20_000;

/** A service that decides: its replicas, its store, the relays of its outbox, and the topic of its facts. */
export class ServiceModel<State extends object, Event> {
  readonly processes: readonly Process[];
  readonly store: DecisionStoreModel<State, Event>;
  readonly log = new Log<Event>(PARTITIONS);
  readonly #simulation: Simulation;
  readonly #options: ServiceOptions<State, Event>;
  readonly #replicas: readonly Replica<State, Event>[];
  readonly #relays: readonly Relay<State, Event>[];
  readonly #shards: Shares;
  readonly #callers: Callers<State, Event>;
  /** What was decided under each request id. */
  readonly #decided = new Map<string, unknown>();

  constructor(simulation: Simulation, options: ServiceOptions<State, Event>) {
    this.#simulation = simulation;
    this.#options = options;
    const onCommitted: OnCommitted<State, Event> = (draft, kept) => this.#committed(draft, kept);
    this.store = options.openStore?.(onCommitted) ?? new DecisionStoreModel(simulation, onCommitted);
    this.processes = Array.from({ length: REPLICAS }, (_, i) => new Process(simulation, `replica ${i}`));
    this.#shards = new Shares(simulation, this.processes, {
      parts: this.store.outboxes.length,
      silenceMs: LEASE_MS,
      watched: true,
    });
    this.#relays = this.processes.map((process) => new Relay(process, simulation, this.store, this.log, this.#shards));
    this.#shards.onGained((process, shard) => this.#relayOf(process).wake(shard));
    this.#replicas = this.processes.map(
      (process) =>
        new Replica(process, simulation, options.aggregate, this.store, (name) => this.#wakeOwner(process, name)),
    );
    this.#callers = new Callers(simulation, this.#replicas, (ask) => this.#heard(ask));
    for (const replica of this.#replicas) {
      this.#round(replica);
      replica.process.onStart(() => this.#round(replica));
    }
  }

  /** Asked from outside, at any replica. */
  ask(ask: Ask<State, Event>): void {
    this.#callers.ask(ask);
  }

  /** What a consumer of the service does with its records: each is decided in this process. `over`: see `Handle`. */
  decide(process: Process, asks: readonly Ask<State, Event>[], over: (isDone: boolean) => void): void {
    const replica = this.#replicas[this.processes.indexOf(process)] as Replica<State, Event>;
    let open = asks.length;
    let failed = 0;
    for (const ask of asks)
      replica.handle(ask, (heard) => {
        if ('error' in heard) failed++;
        if (--open === 0) over(failed === 0);
      });
  }

  /** When all has come to its end: everybody has an answer, nothing waits. */
  checkSettled(): void {
    const { waiting } = this.#callers;
    if (waiting > 0) throw new Violation(`${waiting} callers never had an answer`);
    for (const { size } of this.store.outboxes)
      if (size > 0) throw new Violation(`${size} commits wait in an outbox for ever`);
    for (const name of this.store.names) {
      const dueAt = this.store.peek(name)?.dueAt;
      if (dueAt !== undefined && dueAt <= this.#simulation.now - 2 * QUIET_ROUND_MS)
        throw new Violation(`nobody has seen to ${name}, due at ${new Date(dueAt).toISOString()}`);
    }
  }

  #committed(draft: Draft<State, Event>, kept: Kept<State>): void {
    const simulation = this.#simulation;
    simulation.note(draft.version);
    for (const { ask, outcome } of draft.settled) {
      simulation.note(outcome.accepted ? 1 : outcome.reason.length);
      if (simulation.story) simulation.tell(`${ask.name}: ${ask.method} ${JSON.stringify([ask.command, outcome])}`);
      if (ask.requestKey === undefined) continue;
      if (this.#decided.has(ask.requestKey)) throw new Violation(`${ask.requestKey} had its effect twice`);
      this.#decided.set(ask.requestKey, ask.command);
    }
    this.#options.onCommitted(draft, kept);
  }

  #heard({ requestKey, command }: Ask<State, Event>): void {
    if (requestKey !== undefined && this.#decided.get(requestKey) !== command)
      throw new Violation(`${requestKey} was answered, and not decided so`);
  }

  #relayOf(process: Process): Relay<State, Event> {
    return this.#relays[this.processes.indexOf(process)] as Relay<State, Event>;
  }

  #wakeOwner(process: Process, name: string): void {
    const shard = this.store.shardOf(name);
    const owner = this.#shards.ownerOf(shard);
    if (this.#shards.tokenOf(process, shard)) this.#relayOf(process).wake(shard);
    else this.#simulation.after(transit(this.#simulation), () => owner.take(() => this.#relayOf(owner).wake(shard)));
  }

  /** The net under everything that should have been told. */
  #round(replica: Replica<State, Event>): void {
    const { process } = replica;
    for (const shard of this.store.outboxes.keys()) {
      if (!this.#shards.tokenOf(process, shard)) continue;
      if (this.store.outboxes[shard]?.size) this.#relayOf(process).wake(shard);
      for (const name of this.store.due(shard, replica.now)) this.#seeTo(replica, name);
    }
    const pause = this.#simulation.isQuiet ? QUIET_ROUND_MS : this.#options.roundMs;
    process.after(pause, () => this.#round(replica));
  }

  #seeTo(replica: Replica<State, Event>, name: string): void {
    replica.load(name, (state) => {
      const ask = this.#options.onDue(name, state);
      if (ask) replica.handle(ask, () => {});
    });
  }
}
