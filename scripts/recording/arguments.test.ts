import { expect, test } from '@jest/globals';
import { readArguments } from './arguments.ts';

test('two files are all it takes', () => {
  expect(readArguments(['a.zip', 'b.csv'])).toEqual({ gtfs: 'a.zip', positions: 'b.csv', speed: 'max' });
});

test('options may stand anywhere', () => {
  expect(readArguments(['--speed', '2.5', 'a.zip', '--json=r.json', 'b.csv', '--matches', 'm.csv'])).toEqual({
    gtfs: 'a.zip',
    positions: 'b.csv',
    speed: 2.5,
    json: 'r.json',
    matches: 'm.csv',
  });
  expect(readArguments(['--help'])).toBeUndefined();
});

test.each([
  [[], 'a GTFS zip and a csv of positions are needed'],
  [['a', 'b', 'c'], 'a GTFS zip and a csv of positions are needed'],
  [['a', 'b', '--speed', 'fast'], '--speed is a number above 0, or max: not "fast"'],
  [['a', 'b', '--speed', '0'], '--speed is a number above 0, or max: not "0"'],
  [['a', 'b', '--spede', '2'], "Unknown option '--spede'"],
])('%j: %s', (args, message) => {
  expect(() => readArguments(args)).toThrow(message);
});
