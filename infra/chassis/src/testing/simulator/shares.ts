import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';

const RENEWAL_MS = 1_000;

interface SharesOptions {
  readonly parts: number;
  /** Whoever was silent for so long loses its parts to the others. */
  readonly silenceMs: number;
  /** Whether one that stood still too long knows by its own watch that its time is over, or only when it is told. */
  readonly watched: boolean;
}

/** Parts of something (shards, partitions) that processes share out among themselves. Later owners have higher tokens. */
export class Shares {
  readonly #simulation: Simulation;
  readonly #processes: readonly Process[];
  readonly #isWatched: boolean;
  readonly #owners: { process: Process; token: number }[];
  /** The token of each part that a process takes for its own. */
  readonly #believed = new Map<Process, Map<number, number>>();
  readonly #onGained: ((process: Process, part: number) => void)[] = [];

  constructor(simulation: Simulation, processes: readonly Process[], { parts, silenceMs, watched }: SharesOptions) {
    this.#simulation = simulation;
    this.#processes = processes;
    this.#isWatched = watched;
    this.#owners = Array.from({ length: parts }, (_, part) => {
      return { process: processes[part % processes.length] as Process, token: 1 };
    });
    for (const process of processes) {
      const believed = new Map(this.#partsOf(process).map((part) => [part, 1]));
      this.#believed.set(process, believed);
      process.onCrash(() => believed.clear());
      process.onSilence(() => simulation.after(silenceMs, () => this.#passOn(process)));
      // It was away for so short a time that nobody took over.
      process.onStart(() => {
        for (const part of this.#partsOf(process)) this.#give(part, process);
      });
    }
    simulation.mishap('move', () => this.#move());
  }

  /** Called once per ownership, in the process that has gained the part. */
  onGained(act: (process: Process, part: number) => void): void {
    this.#onGained.push(act);
  }

  ownerOf(part: number): Process {
    return (this.#owners[part] as { process: Process }).process;
  }

  /** Undefined where the process does not take the part for its own; of those who do, only one may be right. */
  tokenOf(process: Process, part: number): number | undefined {
    return this.#believed.get(process)?.get(part);
  }

  /** What the server says of a token. */
  isCurrent(part: number, token: number): boolean {
    return this.#owners[part]?.token === token;
  }

  #partsOf(process: Process): number[] {
    return [...this.#owners.keys()].filter((part) => this.ownerOf(part) === process);
  }

  #passOn(silent: Process): void {
    if (silent.isAwake) return;
    const heirs = this.#processes.filter(({ isAwake }) => isAwake);
    if (heirs.length === 0) this.#simulation.after(RENEWAL_MS, () => this.#passOn(silent));
    else for (const part of this.#partsOf(silent)) this.#inherit(part, silent, this.#simulation.random.pick(heirs));
  }

  #inherit(part: number, silent: Process, heir: Process): void {
    const believed = this.#believed.get(silent);
    const token = believed?.get(part);
    const forget = () => {
      if (believed?.get(part) === token) believed?.delete(part);
    };
    if (this.#isWatched) forget();
    else silent.after(this.#simulation.random.below(RENEWAL_MS), forget);
    this.#give(part, heir);
  }

  #move(): void {
    const part = this.#simulation.random.below(this.#owners.length);
    const heir = this.#simulation.random.pick(this.#processes);
    const owner = this.ownerOf(part);
    if (!heir.isAwake || !owner.isAwake || heir === owner) return;
    this.#believed.get(owner)?.delete(part);
    this.#give(part, heir);
  }

  #give(part: number, heir: Process): void {
    const token = (this.#owners[part]?.token ?? 0) + 1;
    if (this.#simulation.story) this.#simulation.tell(`${heir.name} gains part ${part}`);
    this.#owners[part] = { process: heir, token };
    this.#believed.get(heir)?.set(part, token);
    for (const act of this.#onGained) act(heir, part);
  }
}
