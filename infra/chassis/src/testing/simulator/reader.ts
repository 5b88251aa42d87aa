import { SequenceGate } from '../../kafka/sequence.ts';
import type { Entry, Log } from './log.ts';
import { transit } from './network.ts';
import type { Process } from './process.ts';
import { type Simulation, Violation } from './simulation.ts';

const READ = 64;

/** Drops what is not newer than the last of its key; a test may put a worse one in its place. */
export type Gate = Pick<SequenceGate, 'isNew' | 'passed'>;
export type MakeGate = () => Gate;

/**
 * What `kafka/view.ts` does: all partitions, from the start of what is kept, in memory; a process that starts again reads
 * all of it again.
 */
export class Reader<Value> {
  readonly newest = new Map<string, Entry<Value>>();
  readonly #process: Process;
  readonly #simulation: Simulation;
  readonly #log: Log<Value>;
  readonly #makeGate: MakeGate;
  readonly #offsets: number[];
  #gates: Gate[] = [];
  #isAsked = false;

  constructor(
    process: Process,
    simulation: Simulation,
    log: Log<Value>,
    makeGate: MakeGate = () => new SequenceGate(),
  ) {
    this.#process = process;
    this.#simulation = simulation;
    this.#log = log;
    this.#makeGate = makeGate;
    this.#offsets = log.partitions.map(() => 0);
    this.#begin();
    process.onCrash(() => this.#begin());
    process.onStart(() => this.#poll());
    log.onWritten(() => this.#poll());
  }

  #begin(): void {
    this.newest.clear();
    this.#offsets.fill(0);
    this.#gates = this.#offsets.map(() => this.#makeGate());
    this.#isAsked = false;
  }

  #poll(): void {
    if (this.#isAsked || !this.#process.isUp) return;
    this.#isAsked = true;
    this.#process.after(transit(this.#simulation), () => {
      this.#isAsked = false;
      if (this.#readAll()) this.#poll();
    });
  }

  /** Is there more? */
  #readAll(): boolean {
    let isMore = false;
    for (const [partition, entries] of this.#log.partitions.entries()) {
      const from = this.#offsets[partition] as number;
      const to = Math.min(entries.length, from + READ);
      for (let offset = from; offset < to; offset++) {
        this.#take(this.#gates[partition] as Gate, entries[offset] as Entry<Value>);
      }
      this.#offsets[partition] = to;
      isMore ||= to < entries.length;
    }
    return isMore;
  }

  #take(gate: Gate, entry: Entry<Value>): void {
    const { key, sequence } = entry;
    if (!gate.isNew(key, sequence)) {
      if (this.#simulation.story) this.#simulation.tell(`${this.#process.name} drops ${key}@${sequence}`);
      return;
    }
    gate.passed(key, sequence);
    const before = this.newest.get(key)?.sequence ?? 0;
    if (sequence !== undefined && sequence < before)
      throw new Violation(`${this.#process.name} shows ${key}@${sequence} after ${key}@${before}`);
    this.newest.set(key, entry);
  }
}
