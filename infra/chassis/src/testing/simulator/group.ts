import { SequenceGate } from '../../kafka/sequence.ts';
import type { Log, Written } from './log.ts';
import { transit } from './network.ts';
import type { Process } from './process.ts';
import type { Gate, MakeGate } from './reader.ts';
import { Shares } from './shares.ts';
import type { Simulation } from './simulation.ts';

const CHUNK = 16;
const RETRY_MS = 250;
const SESSION_MS = 10_000;

/**
 * Makes its effect in as many steps as it takes, at each of which it may be killed, and says when it is over: done, or not,
 * for a fault that will pass.
 */
export type Handle<Value> = (
  member: Process,
  entries: readonly Written<Value>[],
  over: (isDone: boolean) => void,
) => void;

/** A member that works on a partition. */
interface Run {
  readonly member: Process;
  readonly partition: number;
  readonly token: number | undefined;
  readonly gate: Gate;
  position: number;
}

/**
 * What `kafka/consumer.ts` does: every partition has one member, which handles chunk after chunk and commits the offset
 * after the effect. A member that has lost its partition still ends the chunk that it has begun, and its commit is refused.
 */
export class Group<Value> {
  readonly #simulation: Simulation;
  readonly #log: Log<Value>;
  readonly #handle: Handle<Value>;
  readonly #makeGate: MakeGate;
  readonly #shares: Shares;
  readonly #committed: number[];
  readonly #runs: Run[] = [];
  /** Runs that wait for something to be written. */
  readonly #idle = new Set<Run>();

  constructor(
    simulation: Simulation,
    members: readonly Process[],
    log: Log<Value>,
    handle: Handle<Value>,
    makeGate: MakeGate = () => new SequenceGate(),
  ) {
    this.#simulation = simulation;
    this.#log = log;
    this.#handle = handle;
    this.#makeGate = makeGate;
    this.#committed = log.partitions.map(() => 0);
    this.#shares = new Shares(simulation, members, {
      parts: log.partitions.length,
      silenceMs: SESSION_MS,
      watched: false,
    });
    this.#shares.onGained((member, partition) => this.#begin(member, partition));
    for (const partition of log.partitions.keys()) this.#begin(this.#shares.ownerOf(partition), partition);
    log.onWritten(({ partition }) => {
      const run = this.#runs[partition];
      if (run && this.#idle.delete(run)) this.#fetch(run);
    });
  }

  /** How many entries nobody has committed yet. */
  get lag(): number {
    return this.#log.partitions.reduce((sum, { length }, i) => sum + length - (this.#committed[i] as number), 0);
  }

  #begin(member: Process, partition: number): void {
    const run: Run = {
      member,
      partition,
      token: this.#shares.tokenOf(member, partition),
      gate: this.#makeGate(),
      position: this.#committed[partition] as number,
    };
    this.#runs[partition] = run;
    this.#fetch(run);
  }

  #fetch(run: Run): void {
    run.member.after(transit(this.#simulation), () => {
      if (this.#shares.tokenOf(run.member, run.partition) !== run.token) return;
      const entries = this.#log.partitions[run.partition] as Written<Value>[];
      const end = Math.min(entries.length, run.position + CHUNK);
      if (end === run.position) this.#idle.add(run);
      else this.#take(run, entries.slice(run.position, end), end);
    });
  }

  #take(run: Run, chunk: readonly Written<Value>[], end: number): void {
    // The gate itself learns of the records only when they have been handled.
    const ofChunk = this.#makeGate();
    const fresh = chunk.filter((entry) => {
      if (!run.gate.isNew(entry.key, entry.sequence) || !ofChunk.isNew(entry.key, entry.sequence)) return false;
      ofChunk.passed(entry.key, entry.sequence);
      return true;
    });
    const over = (isDone: boolean) => {
      if (isDone) {
        this.#pass(run, fresh, end);
        this.#fetch(run);
      } else run.member.after(RETRY_MS, () => this.#fetch(run));
    };
    if (this.#simulation.story)
      this.#simulation.tell(
        `${run.member.name} takes ${run.position} to ${end} of ${run.partition}: ${fresh.length} new`,
      );
    const { random, faults } = this.#simulation;
    if (fresh.length === 0) over(true);
    else if (random.chance(faults.drop / 2)) over(false);
    else this.#handle(run.member, fresh, over);
  }

  #pass(run: Run, handled: readonly Written<Value>[], end: number): void {
    for (const { key, sequence } of handled) run.gate.passed(key, sequence);
    run.position = end;
    this.#simulation.after(transit(this.#simulation), () => {
      const isNewer = end > (this.#committed[run.partition] as number);
      if (isNewer && this.#runs[run.partition] === run) this.#committed[run.partition] = end;
    });
  }
}
