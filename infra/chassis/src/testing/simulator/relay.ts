import type { DecisionStoreModel } from './decision-store.ts';
import type { Entry, Log } from './log.ts';
import { mend } from './mend.ts';
import { transit } from './network.ts';
import type { OutboxModel } from './outbox.ts';
import type { Process } from './process.ts';
import { produce } from './produce.ts';
import type { Shares } from './shares.ts';
import type { Simulation } from './simulation.ts';

const READ = 16;

/**
 * What `outbox.ts` does in one process: read a shard's stream from the head, send until acknowledged, trim under its
 * lease. One that stood still in between may send what another has sent long since; it finds out when it trims, and mends.
 */
export class Relay<State extends object, Event> {
  readonly #process: Process;
  readonly #simulation: Simulation;
  readonly #store: DecisionStoreModel<State, Event>;
  readonly #log: Log<Event>;
  readonly #shares: Shares;
  readonly #draining = new Set<number>();
  readonly #again = new Set<number>();

  constructor(
    process: Process,
    simulation: Simulation,
    store: DecisionStoreModel<State, Event>,
    log: Log<Event>,
    shares: Shares,
  ) {
    this.#process = process;
    this.#simulation = simulation;
    this.#store = store;
    this.#log = log;
    this.#shares = shares;
    process.onCrash(() => {
      this.#draining.clear();
      this.#again.clear();
    });
  }

  wake(shard: number): void {
    if (this.#draining.has(shard)) this.#again.add(shard);
    else {
      this.#draining.add(shard);
      this.#drain(shard);
    }
  }

  #drain(shard: number): void {
    this.#again.delete(shard);
    const token = this.#shares.tokenOf(this.#process, shard);
    if (token === undefined) this.#end(shard);
    else this.#process.after(transit(this.#simulation), () => this.#carry(shard, token));
  }

  #carry(shard: number, token: number): void {
    const outbox = this.#store.outboxes[shard] as OutboxModel<Event>;
    const head = outbox.head(READ);
    const last = head.at(-1);
    if (!last) {
      this.#end(shard);
      return;
    }
    const entries = head.length === 1 ? last.facts : head.flatMap(({ facts }): readonly Entry<Event>[] => facts);
    produce(this.#process, this.#simulation, this.#log, entries, {
      isStillOurs: () => this.#shares.tokenOf(this.#process, shard) === token,
      refused: () => this.#end(shard),
      acknowledged: () => {
        const isOurs = this.#shares.isCurrent(shard, token);
        if (isOurs) outbox.trim(last.id);
        else mend(this.#process, this.#simulation, this.#log, entries);
        if (isOurs && head.length === READ) this.#drain(shard);
        else this.#end(shard);
      },
    });
  }

  #end(shard: number): void {
    this.#draining.delete(shard);
    if (this.#again.has(shard)) this.wake(shard);
  }
}
