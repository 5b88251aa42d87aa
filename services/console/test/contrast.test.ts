import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const css = readFileSync(join(import.meta.dirname, '../src/styles/ground.css'), 'utf8');
const colors = Object.fromEntries(
  [...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
);

/** WCAG 2: relative luminance. */
function luminance(name: string): number {
  const hex = colors[name] ?? '';
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['ground', 'panel', 'raised', 'hover', 'chosen'];
const texts = ['text', 'muted', 'late', 'very-late', 'early', 'unplaced', 'on-time', 'stale'];

test.each(texts.flatMap((text) => grounds.map((ground) => [text, ground])))('%s can be read on %s', (text, ground) => {
  expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
});

test.each(['late', 'very-late', 'early', 'on-time'])('minutes can be read inside a marker that is %s', (fill) => {
  expect(contrast('ink', fill)).toBeGreaterThanOrEqual(4.5);
});
