// A message may be a megabyte.
const MOST_BYTES = 700_000;

/** The items in order, in as few parts as fit into a message each. */
export function fitting<T>(items: readonly T[], sizeOf: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = parts.at(-1);
    if (last && size <= room) last.push(item);
    else {
      parts.push([item]);
      room = MOST_BYTES;
    }
    room -= size;
  }
  return parts;
}
