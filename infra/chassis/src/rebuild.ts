import { hash } from 'node:crypto';
import { StateChanged } from '@giaolo/proto/giaolo/chassis/v1/commit';
import type { Retained } from './kafka/scan.ts';
import type { StoredAggregate } from './store-bulk.ts';

export interface Rebuilt extends StoredAggregate {
  /**
   * Version that the records of state led to, where it is not the one that is given: the bus knows of later facts, whose
   * numbers must not be given out again.
   */
  readonly raisedFrom: number | undefined;
  /** Its topic of state, by its physical name; undefined where only facts are known of it. */
  readonly topic: string | undefined;
}

interface Part {
  readonly topic: string;
  readonly version: number;
  /** Undefined = deleted. */
  readonly value: Buffer | undefined;
}

/** `ce_sequence`; 0 where there is none. */
export const sequenceOf = ({ headers }: Pick<Retained, 'headers'>): number =>
  Number(headers['ce_sequence']?.toString() ?? 0);

/**
 * What the aggregates of a service are by the records of its state topics. Of each key the highest version counts, not the
 * last offset: a relay that wakes late sends old records after newer ones.
 */
export class StateFold {
  readonly #parts = new Map<string, Part>();
  readonly #facts = new Map<string, number>();

  has(name: string): boolean {
    return this.#parts.has(name);
  }

  takeState(record: Pick<Retained, 'topic' | 'key' | 'value' | 'headers'>): void {
    const version = sequenceOf(record);
    const { topic, key, value } = record;
    const known = this.#parts.get(key);
    if (!known || version >= known.version) this.#parts.set(key, { topic, version, value: value ?? undefined });
  }

  /** To be called when all state is known. */
  takeFact(name: string, sequence: number): void {
    if (sequence > (this.#facts.get(name) ?? 0)) this.#facts.set(name, sequence);
  }

  *aggregates(): Generator<Rebuilt> {
    const parts = Map.groupBy(this.#parts, ([key]) => key.split('#', 1)[0] as string);
    for (const name of this.#facts.keys()) if (!parts.has(name)) parts.set(name, []);
    for (const [name, ofName] of parts) yield this.#aggregate(name, ofName);
  }

  #aggregate(name: string, parts: readonly [key: string, part: Part][]): Rebuilt {
    const fields = new Map<string, string>();
    let [told, dueAt]: [number, number | undefined] = [0, undefined];
    for (const [key, { version, value }] of parts) {
      told = Math.max(told, version);
      if (!value) continue;
      const change = StateChanged.decode(value);
      for (const field in change.fields) fields.set(field, change.fields[field] as string);
      if (key === name) dueAt = change.dueAt;
    }
    const version = Math.max(told, this.#facts.get(name) ?? 0);
    const [first] = parts;
    return { name, version, fields, dueAt, raisedFrom: version > told ? told : undefined, topic: first?.[1].topic };
  }
}

/** The same for the same aggregate, wherever it was read. */
export function fingerprint({ name, version, fields, dueAt }: StoredAggregate): string {
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([name, version, dueAt ?? null, sorted]));
}

/** Of many aggregates, in whatever order: one hash, and that of each by name. */
export class Fingerprints {
  readonly #of = new Map<string, { readonly version: number; readonly print: string }>();

  add(aggregate: StoredAggregate): void {
    this.#of.set(aggregate.name, { version: aggregate.version, print: fingerprint(aggregate) });
  }

  get count(): number {
    return this.#of.size;
  }

  get hash(): string {
    const lines = [...this.#of].map(([name, { print }]) => `${name} ${print}`).sort();
    return hash('sha256', lines.join('\n'));
  }

  /** Versions by name where the two are not the same; undefined = not there. */
  differences(other: Fingerprints): { name: string; version: number | undefined; other: number | undefined }[] {
    const names = new Set([...this.#of.keys(), ...other.#of.keys()]);
    return [...names].sort().flatMap((name) => {
      const [mine, theirs] = [this.#of.get(name), other.#of.get(name)];
      return mine?.print === theirs?.print ? [] : [{ name, version: mine?.version, other: theirs?.version }];
    });
  }
}
