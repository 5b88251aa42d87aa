import { BEGINNING, type Head, hashOf, type Link, sameBytes } from './link.ts';

export type Flaw =
  /** The hash is not that of the content: one or the other was changed. */
  | 'ALTERED'
  /** The link of a later index stands in this place. */
  | 'LINK_MISSING'
  /** The link of an earlier index stands in this place. */
  | 'LINK_REPEATED'
  /** It does not continue the link before. */
  | 'NOT_FOLLOWING'
  | 'OTHER_UNIT'
  /** Sound by itself, but not what was anchored: something since the anchor before was written anew. */
  | 'NOT_AS_ANCHORED'
  /** The chain ends before what is known of it. */
  | 'CUT_SHORT';

export interface Fault<L> {
  /** The first index at which the chain is not what it should be. */
  readonly index: number;
  readonly flaw: Flaw;
  /** What stands there; undefined where nothing does. */
  readonly found: L | undefined;
}

export interface Verdict<L> {
  /** The end of what is sound. */
  readonly head: Head;
  /** How many anchors agreed. */
  readonly anchors: number;
  readonly fault: Fault<L> | undefined;
}

/** What is known of a chain from elsewhere. */
export interface Known {
  readonly anchors?: Iterable<Head>;
  /** Index to which it must reach; the newest anchor's where nothing is said. */
  readonly atLeast?: number;
  /** The end of what was verified before: the first link is the one after it. */
  readonly after?: Head;
}

/** Judges the links of one chain as they come, each by all before it. */
export class ChainVerifier<L extends Link> {
  readonly #unit: string;
  readonly #anchors = new Map<number, Uint8Array[]>();
  readonly #atLeast: number;
  #head: Head;
  #agreed = 0;
  #fault: Fault<L> | undefined;

  constructor(unit: string, { anchors = [], atLeast, after = BEGINNING }: Known = {}) {
    this.#unit = unit;
    this.#head = after;
    let newest = 0;
    for (const { index, hash } of anchors) {
      this.#anchors.set(index, [...(this.#anchors.get(index) ?? []), hash]);
      newest = Math.max(newest, index);
    }
    this.#atLeast = atLeast ?? newest;
  }

  /** False once something is wrong: what comes after it cannot be judged, and need not be given. */
  push(link: L): boolean {
    if (this.#fault) return false;
    const flaw = this.#flawOf(link);
    if (flaw) this.#fault = { index: this.#head.index + 1, flaw, found: link };
    else this.#head = { index: link.index, hash: link.hash };
    return flaw === undefined;
  }

  /** After the last link. */
  finish(): Verdict<L> {
    const { index } = this.#head;
    if (index < this.#atLeast) this.#fault ??= { index: index + 1, flaw: 'CUT_SHORT', found: undefined };
    return { head: this.#head, anchors: this.#agreed, fault: this.#fault };
  }

  #flawOf(link: L): Flaw | undefined {
    const expected = this.#head.index + 1;
    if (link.previousHash.length !== 32 || !sameBytes(hashOf(link), link.hash)) return 'ALTERED';
    if (link.unit !== this.#unit) return 'OTHER_UNIT';
    if (link.index > expected) return 'LINK_MISSING';
    if (link.index < expected) return 'LINK_REPEATED';
    if (!sameBytes(link.previousHash, this.#head.hash)) return 'NOT_FOLLOWING';
    const anchored = this.#anchors.get(expected) ?? [];
    if (!anchored.every((hash) => sameBytes(hash, link.hash))) return 'NOT_AS_ANCHORED';
    this.#agreed += anchored.length;
    return undefined;
  }
}

/** The links of the chain of `unit`, first to last. */
export function verify<L extends Link>(unit: string, links: Iterable<L>, known?: Known): Verdict<L> {
  const verifier = new ChainVerifier<L>(unit, known);
  for (const link of links) if (!verifier.push(link)) break;
  return verifier.finish();
}
