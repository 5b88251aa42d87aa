import { hashOf, type Link, sameBytes } from './link.ts';

const HASH = 32;
/** More than a relay can have under way when it is cut off. */
const REMEMBERED = 131_072;

/**
 * Tells links that stand in the topic again, byte by byte: whoever carried them there did not hear that they had arrived.
 * Whatever differs is none, and neither is what comes again later than the last 131,072 links: that is for the verifier.
 */
export class Repeats {
  readonly #hashes = Buffer.alloc(REMEMBERED * HASH);
  #newest = 0;

  /** To be asked about the links of one chain in the order of the topic. */
  isRepeat(link: Link): boolean {
    const { index, hash } = link;
    if (index > this.#newest) {
      if (index === this.#newest + 1 && hash.length === HASH) this.#remember(index, hash);
      return false;
    }
    if (index < 1 || index <= this.#newest - REMEMBERED || hash.length !== HASH) return false;
    const at = (index % REMEMBERED) * HASH;
    return this.#hashes.subarray(at, at + HASH).equals(hash) && sameBytes(hashOf(link), hash);
  }

  #remember(index: number, hash: Uint8Array): void {
    this.#newest = index;
    this.#hashes.set(hash, (index % REMEMBERED) * HASH);
  }
}
