/** What `parseTime` answers for an empty value. */
export const NO_TIME = -1;
/** What `parseTime` answers for a value that is no time. */
export const BAD_TIME = -2;

const COLON = 58;

/** `H:MM:SS` or `HH:MM:SS` as seconds since noon minus 12 h; hours may pass 24. */
export function parseTime(text: string): number {
  const end = text.length;
  if (end === 0) return NO_TIME;
  const plain =
    end >= 7 && end <= 9 && text.charCodeAt(end - 3) === COLON && text.charCodeAt(end - 6) === COLON && end - 6;
  if (!plain) {
    const trimmed = text.trim();
    return trimmed.length === end ? BAD_TIME : parseTime(trimmed);
  }
  const hours = digits(text, 0, plain);
  const minutes = digits(text, end - 5, end - 3);
  const seconds = digits(text, end - 2, end);
  if (hours < 0) {
    const trimmed = text.trim();
    return trimmed.length === end ? BAD_TIME : parseTime(trimmed);
  }
  if (minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return BAD_TIME;
  return hours * 3600 + minutes * 60 + seconds;
}

function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** A whole number that is not negative, else undefined. */
export function parseCount(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 9) return undefined;
  const value = digits(trimmed, 0, trimmed.length);
  return value < 0 ? undefined : value;
}

/** Degrees within plus and minus `limit`, else undefined. */
export function parseDegrees(text: string | undefined, limit: 90 | 180): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return Math.abs(value) <= limit ? value : undefined;
}

/** A copy that does not keep the slice alive that it was cut from. */
export function ownCopy(text: string): string {
  return Buffer.from(text.trim()).toString();
}

/** Ids in the order of their first appearance, each with its place. */
export class Ids {
  readonly all: string[] = [];
  #places = new Map<string, number>();

  /** The new id's place; -1 when it was there before. */
  add(id: string): number {
    const own = ownCopy(id);
    if (this.#places.has(own)) return -1;
    this.#places.set(own, this.all.length);
    return this.all.push(own) - 1;
  }

  /** -1 when there is no such id. */
  get(id: string): number {
    return this.#places.get(id) ?? this.#places.get(id.trim()) ?? -1;
  }
}
