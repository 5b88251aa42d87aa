import { hash as hashBytes } from 'node:crypto';

/** One act in the chain of a unit. */
export interface Link {
  /** `code/valid-from` */
  readonly unit: string;
  /** From 1, without gaps. */
  readonly index: number;
  /** Hash of the link before, `NOTHING_BEFORE` in the first; 32 bytes. */
  readonly previousHash: Uint8Array;
  /** The record of the act, byte by byte as it came. */
  readonly act: Uint8Array;
  readonly hash: Uint8Array;
}

/** Where a chain ends: all that the next link must know of those before it. */
export interface Head {
  readonly index: number;
  readonly hash: Uint8Array;
}

export const NOTHING_BEFORE: Uint8Array = new Uint8Array(32);

/** The end of a chain without links. */
export const BEGINNING: Head = { index: 0, hash: NOTHING_BEFORE };

export function extend(head: Head, unit: string, act: Uint8Array): Link {
  const content = { unit, index: head.index + 1, previousHash: head.hash, act };
  return { ...content, hash: hashOf(content) };
}

/**
 * Lengths before what may be of any length, so that no two contents are the same bytes. The contract says the same:
 * `ChainExtended.hash`.
 */
export function hashOf({ unit, index, previousHash, act }: Omit<Link, 'hash'>): Uint8Array {
  const unitBytes = Buffer.byteLength(unit);
  const bytes = Buffer.allocUnsafe(4 + unitBytes + 8 + previousHash.length + 4 + act.length);
  let at = bytes.writeUInt32BE(unitBytes);
  at += bytes.write(unit, at);
  at = bytes.writeBigInt64BE(BigInt(index), at);
  bytes.set(previousHash, at);
  at = bytes.writeUInt32BE(act.length, at + previousHash.length);
  bytes.set(act, at);
  return hashBytes('sha256', bytes, 'buffer');
}

/** The same for the same bytes, and for no others. */
export const fingerprint = (act: Uint8Array): string => hashBytes('sha256', act, 'base64url').slice(0, 22);

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
