import { expect, test } from '@jest/globals';
import { cleanToken, takeToken } from './token-link.ts';

test.each([
  ['#token=a.b-c_d.e', 'a.b-c_d.e', ''],
  ['#map=13/10/107&token=a.b.c&lang=en', 'a.b.c', 'map=13/10/107&lang=en'],
  ['#map=13/10/107', undefined, 'map=13/10/107'],
  ['#token=', undefined, ''],
  ['', undefined, ''],
  // A second one must not stay either.
  ['#token=a&token=b', 'a', ''],
  ['#sel=lot:lots/token=1', undefined, 'sel=lot:lots/token=1'],
])('%s', (hash, token, rest) => expect(takeToken(hash)).toEqual({ token, rest }));

test('what people paste is the token', () => {
  expect(cleanToken('  Bearer a.b\n  .c \n')).toBe('a.b.c');
});
