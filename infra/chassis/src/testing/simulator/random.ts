const { imul } = Math;

/**
 * Random numbers that follow from their seed alone: a xoshiro128** generator, whose state is spread from the seed so that
 * neighbouring seeds have nothing in common.
 */
export class Random {
  readonly #state = new Int32Array(4);

  constructor(seed: number) {
    for (let i = 0; i < 4; i++) this.#state[i] = spread(seed + imul(i + 1, 0x9e3779b9));
    // A state of nothing but zeros would stay there.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** 32 bits. */
  #next(): number {
    const state = this.#state;
    const [a, b, c, d] = [state[0] as number, state[1] as number, state[2] as number, state[3] as number];
    const scaled = imul(b, 5);
    const result = imul((scaled << 7) | (scaled >>> 25), 9);
    state[2] = c ^ a ^ (b << 9);
    state[3] = d ^ b;
    state[1] = b ^ c ^ a;
    state[0] = a ^ d ^ b;
    const last = state[3] as number;
    state[3] = (last << 11) | (last >>> 21);
    return result >>> 0;
  }

  /** From 0 up to, and without, 1. */
  share(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** An integer from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.share() * end);
  }

  /** An integer from `from` to `to`, both may come. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** Without a draw when nothing is left to chance. */
  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.share() < probability);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Every bit of the answer hangs on every bit of the seed. */
function spread(seed: number): number {
  let bits = imul(seed ^ (seed >>> 16), 0x7feb352d);
  bits = imul(bits ^ (bits >>> 15), 0x846ca68b);
  return bits ^ (bits >>> 16);
}
