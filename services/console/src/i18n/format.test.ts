import { expect, test } from '@jest/globals';
import { Format } from './format.ts';

const [vi, en] = [new Format('vi'), new Format('en')];

test.each([
  [0, 'đúng giờ', 'on time'],
  [59, 'đúng giờ', 'on time'],
  [-59, 'đúng giờ', 'on time'],
  [200, 'trễ 3 phút', '3 min late'],
  [-130, 'sớm 2 phút', '2 min early'],
  [3_600, 'trễ 1 giờ', '1 h late'],
  [4_000, 'trễ 1 giờ 6 phút', '1 h 6 min late'],
])('lateness of %d s', (seconds, vietnamese, english) => {
  expect([vi.lateness(seconds), en.lateness(seconds)]).toEqual([vietnamese, english]);
});

test.each([
  [0, '0 giây'],
  [59_999, '59 giây'],
  [60_000, '1 phút'],
  [7_199_000, '1 giờ'],
  [200_000_000, '2 ngày'],
])('a duration of %d ms', (ms, words) => expect(vi.duration(ms)).toBe(words));

test('times are those of the zone, past midnight too', () => {
  const at = Date.UTC(2026, 10, 23, 17, 4, 5);
  expect(vi.clock(at, 'Asia/Ho_Chi_Minh')).toBe('00:04:05');
  expect(en.timeOfDay(at, 'America/New_York')).toBe('12:04');
  expect(vi.zone(at, 'Asia/Ho_Chi_Minh')).toBe('UTC+7');
  expect(en.zone(at, 'America/New_York')).toBe('UTC−5');
  expect(en.day(at, 'Asia/Ho_Chi_Minh')).toBe('Tue, 24/11/2026');
});

test('an age that cannot be told is unknown', () => expect(vi.age({ freshness: 'unknown' })).toBe('không rõ'));

test('an arrival is due in its last minute', () => {
  expect([59_000, 60_000].map((at) => vi.until(at, 0))).toEqual(['sắp tới', '1 phút']);
});
