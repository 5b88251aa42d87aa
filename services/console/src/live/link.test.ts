import { expect, jest, test } from '@jest/globals';
import { type EventStream, Link, type LinkEvent } from './link.ts';

class FakeStream implements EventStream {
  readyState = 1;
  readonly #listeners = new Map<string, (event: { data: string; lastEventId: string }) => void>();
  addEventListener(type: string, listener: (event: { data: string; lastEventId: string }) => void): void {
    this.#listeners.set(type, listener);
  }
  close(): void {
    this.readyState = 2;
  }
  say(type: LinkEvent, data: string, lastEventId = ''): void {
    this.#listeners.get(type)?.({ data, lastEventId });
  }
}

function setup() {
  const line = {
    wallAt: 0,
    streams: [] as FakeStream[],
    tokens: [] as (string | undefined)[],
    got: [] as unknown[],
    gaveUp: 0,
  };
  const link = new Link({
    open: (token) => {
      line.tokens.push(token);
      const stream = new FakeStream();
      line.streams.push(stream);
      return stream;
    },
    wall: () => line.wallAt,
    handle: (type, data) => {
      if (data === null) throw new Error('unreadable');
      line.got.push([type, data]);
    },
    gaveUp: () => {
      line.gaveUp += 1;
    },
  });
  const newest = () => line.streams.at(-1) as FakeStream;
  const at = (wallAt: number) => {
    line.wallAt = wallAt;
    link.tick();
    return link.state();
  };
  return { line, link, newest, at };
}

test('is connecting, then live, then lost within 3 s of silence', () => {
  const { newest, at } = setup();
  expect(at(100)).toBe('connecting');
  newest().say('clock', '{"now":1}');
  expect(at(2_000)).toBe('live');
  expect(at(2_700)).toBe('lost');
  newest().say('clock', '{"now":2}');
  expect(at(2_800)).toBe('live');
});

test('a gateway that never answers is lost too', () => expect(setup().at(2_600)).toBe('lost'));

test('opens a new stream after the last token when the browser gave up', () => {
  const { line, newest, at } = setup();
  newest().say('snapshot', '{}', 'token-7');
  newest().readyState = 2;
  at(900);
  expect(line.streams).toHaveLength(1);
  at(1_100);
  expect(line.tokens).toEqual([undefined, 'token-7']);
  expect(line.gaveUp).toBe(1);
});

test('a closed link stays closed, and hears nothing', () => {
  const { line, link, newest, at } = setup();
  link.close();
  newest().say('clock', '{}');
  at(30_000);
  expect([line.streams.length, line.got.length, line.gaveUp]).toEqual([1, 0, 0]);
});

test('waits longer after each failure', () => {
  const { line, newest, at } = setup();
  const openedAt: number[] = [];
  for (let wallAt = 0; wallAt <= 40_000; wallAt += 100) {
    newest().readyState = 2;
    const before = line.streams.length;
    at(wallAt);
    if (line.streams.length > before) openedAt.push(wallAt);
  }
  expect(openedAt).toEqual([1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
});

test('opens a new stream when an open one stays silent, and ignores the old one', () => {
  const { line, newest, at } = setup();
  newest().say('clock', '{}', 'token-1');
  const old = newest();
  at(6_100);
  expect(line.tokens).toEqual([undefined, 'token-1']);
  old.say('clock', '{"late":true}');
  expect(line.got).toHaveLength(1);
});

test('what cannot be read leads to a new snapshot', () => {
  const complaint = jest.spyOn(console, 'error').mockImplementation(() => {});
  const { line, newest } = setup();
  newest().say('clock', '{}', 'token-1');
  newest().say('changes', '{"cut', 'token-2');
  newest().say('changes', 'null', 'token-3');
  expect(line.tokens).toEqual([undefined, undefined, undefined]);
  expect(complaint).toHaveBeenCalledTimes(2);
  complaint.mockRestore();
});
