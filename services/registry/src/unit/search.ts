/**
 * A name as it is searched by: lower case without diacritics. Both ways to place a tone mark (`Hoà`, `Hòa`) come out the
 * same, since the mark goes.
 */
export const searchKey = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[đĐ]/g, 'd')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Whether every word of the query begins a word of the name; both as `searchKey` makes them. */
export function matches(query: string, name: string): boolean {
  const words = name.split(' ');
  return query.split(' ').every((part) => words.some((word) => word.startsWith(part)));
}
