import { expect, test } from '@jest/globals';
import { progressView } from './progress.ts';
import { departure } from './straight-line.ts';

function shown(isTerminal: boolean): string {
  let text = '';
  let time = 0;
  const out = {
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  };
  const view = progressView(out, { isTerminal, timeZone: 'Asia/Ho_Chi_Minh', now: () => time });
  for (const [seconds, done] of [
    [1, 500],
    [1.01, 510],
    [2, 1000],
    [8, 2000],
  ] as const) {
    time = seconds * 1000;
    view.show({ done, total: 2000, at: departure });
  }
  view.close();
  return text;
}

test('a bar on a terminal', () => {
  const lines = shown(true).split('\r');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toBe(
    '[########----------------------]  25 %  500 of 2,000 positions  500/s  it is 07:00:00\u001b[K',
  );
  expect(lines[3]).toBe(
    '[##############################] 100 %  2,000 of 2,000 positions  250/s  it is 07:00:00\u001b[K\n',
  );
});

test('elsewhere now and then a line', () => {
  expect(shown(false)).toBe(
    ' 25 %  500 of 2,000 positions  500/s  it is 07:00:00\n100 %  2,000 of 2,000 positions  250/s  it is 07:00:00\n',
  );
});
