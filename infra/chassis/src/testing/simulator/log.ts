import { shardOf } from '../../store.ts';

/** What the bus is told of an event. */
export interface Entry<Value> {
  readonly key: string;
  /** Version of the aggregate that it made; undefined of an observation. */
  readonly sequence: number | undefined;
  readonly value: Value;
}

/** An entry in its place. */
export interface Written<Value> extends Entry<Value> {
  readonly partition: number;
  readonly offset: number;
}

/** A topic: what is written stays, in its order per partition. */
export class Log<Value> {
  readonly partitions: readonly Written<Value>[][];
  readonly #readers: ((written: Written<Value>) => void)[] = [];

  constructor(partitions: number) {
    this.partitions = Array.from({ length: partitions }, () => []);
  }

  /** `reader` is told of every entry once it is written. */
  onWritten(reader: (written: Written<Value>) => void): void {
    this.#readers.push(reader);
  }

  partitionOf(key: string): number {
    return shardOf(key) % this.partitions.length;
  }

  append(entries: readonly Entry<Value>[]): void {
    for (const { key, sequence, value } of entries) {
      const partition = this.partitionOf(key);
      const records = this.partitions[partition] as Written<Value>[];
      const written = { key, sequence, value, partition, offset: records.length };
      records.push(written);
      for (const reader of this.#readers) reader(written);
    }
  }

  /** The newest entry of each key after which an older one was written: compaction would keep the older one. */
  overtaken(): Entry<Value>[] {
    const found: Entry<Value>[] = [];
    for (const entries of this.partitions) {
      const newest = new Map<string, Entry<Value>>();
      const last = new Map<string, Entry<Value>>();
      for (const entry of entries) {
        last.set(entry.key, entry);
        if ((entry.sequence ?? 0) >= (newest.get(entry.key)?.sequence ?? 0)) newest.set(entry.key, entry);
      }
      for (const [key, entry] of newest) if (entry.sequence !== last.get(key)?.sequence) found.push(entry);
    }
    return found;
  }
}
