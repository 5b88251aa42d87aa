import { expect, test } from '@jest/globals';
import { isLanguage, LANGUAGES, translator } from './language.ts';
import { type TextKey, vi } from './vi.ts';

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test.each(Object.entries(LANGUAGES))('%s has every text, with the same blanks to fill in', (_, texts) => {
  expect(Object.keys(texts).sort()).toEqual(Object.keys(vi).sort());
  for (const [key, text] of Object.entries(texts)) {
    expect(text.trim()).not.toBe('');
    expect([key, placeholders(text)]).toEqual([key, placeholders(vi[key as TextKey])]);
  }
});

test('fills in the blanks', () => {
  expect(translator('vi')('lateness.late', { duration: '3 phút' })).toBe('trễ 3 phút');
  expect(translator('en')('lateness.late')).toBe('{duration} late');
});

test('knows its languages', () => {
  expect([isLanguage('vi'), isLanguage('en'), isLanguage('toString'), isLanguage(null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
