import { Random } from '@giaolo/chassis/testing/simulator/random';

/** What hostile inputs are made of; the same seed draws the same again. */
export class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** 0 to `below` - 1 */
  int(below: number): number {
    return this.#random.below(below);
  }

  /** Both ends included. */
  between(lowest: number, highest: number): number {
    return this.#random.between(lowest, highest);
  }

  chance(share: number): boolean {
    return this.#random.chance(share);
  }

  pick<T>(values: readonly T[]): T {
    return this.#random.pick(values);
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let at = 0;
    for (; at + 4 <= length; at += 4) bytes.writeUInt32LE(this.int(2 ** 32), at);
    for (; at < length; at++) bytes[at] = this.int(256);
    return bytes;
  }

  /** Many small ones, and now and then one that is close to `most`. */
  length(most: number): number {
    return this.int(Math.min(most, 2 ** this.between(0, Math.ceil(Math.log2(most + 1)))) + 1);
  }
}
