import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byKey, pageOf } from './page.ts';

const key = (text: string) => text;
const size = { standard: 3, largest: 5 };

test('pages follow one another and hold everything once, also when the list changes between them', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 30 });
  fc.assert(
    fc.property(names, names, fc.integer({ min: 0, max: 9 }), (list, others, pageSize) => {
      const sorted = [...list].sort(byKey(key));
      const seen: string[] = [];
      let pageToken = '';
      do {
        const page = pageOf(sorted, key, { pageSize, pageToken }, size);
        expect(page.items.length).toBeLessThanOrEqual(Math.min(pageSize || 3, 5));
        seen.push(...page.items);
        pageToken = page.nextPageToken;
        // What is removed or added elsewhere does not move the place of the reader.
        const added = others.find(
          (name) => !sorted.includes(name) && seen.length > 0 && name < (seen.at(-1) as string),
        );
        if (added) sorted.splice(0, sorted.length, ...[...sorted, added].sort(byKey(key)));
      } while (pageToken);
      expect(seen).toEqual([...list].sort(byKey(key)));
    }),
  );
});

test.each([
  { pageSize: -1, pageToken: '' },
  { pageSize: 0, pageToken: '%%%' },
])('refuses %j', (request) => {
  expect(() => pageOf(['a'], key, request, size)).toThrow('page_');
});
