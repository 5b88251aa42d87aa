import { LiveView } from '@giaolo/chassis/live-view';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import { FixedClock } from '@giaolo/chassis/testing/fixed-clock';
import { beforeEach, expect, test } from '@jest/globals';
import { type Element, lotElement } from '../live/element.ts';
import { Sight } from '../live/sight.ts';
import { follow } from './follow.ts';

const clock = new FixedClock(1_000);

let view: LiveView<Element>;
let offset: bigint;
let seen: string[];
const [here, elsewhere] = ['77', '92'].map((code): Unit => ({ code, validFrom: '2025-07-01' })) as [Unit, Unit];
const put = (id: number, unit = here) => view.apply(0, offset++, `lots/${id}`, lotElement({ key: `lots/${id}` }, unit));
const sight = () => new Sight((unit) => seen.includes(formatUnit(unit)), new Map());

beforeEach(() => {
  view = new LiveView<Element>({ epoch: 'log', slots: 1, now: () => clock.now(), history: 100 });
  offset = 0n;
  seen = [formatUnit(here)];
});

interface Told {
  readonly event: string;
  readonly id: string | undefined;
  readonly lots: number;
}

/** A page that stops listening after a number of events; `drained` says how long it takes to read each. */
function listener(events: number, resumeToken?: string, drained: () => Promise<void> = async () => {}) {
  const told: Told[] = [];
  const closed = new AbortController();
  const send = (frame: string) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    const lots = JSON.parse(field('data') ?? '{}').lots ?? [];
    told.push({ event: field('event') ?? '', id: field('id'), lots: lots.length });
    if (told.length === events) closed.abort();
    return !closed.signal.aborted;
  };
  return { told, page: { resumeToken, closed: closed.signal, send, drained } };
}

test('a large snapshot comes in parts, of which only the last can be resumed from', async () => {
  for (let id = 0; id < 1_200; id++) put(id);
  const { told, page } = listener(3);
  await follow(view, page, sight, clock);
  expect(told).toEqual([
    { event: 'snapshot', id: undefined, lots: 500 },
    { event: 'changes', id: undefined, lots: 500 },
    { event: 'changes', id: view.token, lots: 200 },
  ]);
});

test('a page that comes back is told of the network and of what it missed', async () => {
  put(1);
  const { token } = view;
  put(2);
  put(3);
  const { told, page } = listener(2, token);
  await follow(view, page, sight, clock);
  expect(told).toEqual([
    { event: 'network', id: undefined, lots: 0 },
    { event: 'changes', id: view.token, lots: 2 },
  ]);
});

test('a page that the changes have overtaken gets a new snapshot', async () => {
  put(0);
  let overtaken = false;
  const { told, page } = listener(2, undefined, async () => {
    if (overtaken) return;
    overtaken = true;
    for (let id = 1; id <= 150; id++) put(id);
  });
  await follow(view, page, sight, clock);
  expect(told.map(({ event, lots }) => [event, lots])).toEqual([
    ['snapshot', 1],
    ['snapshot', 151],
  ]);
});

test('a page is told what it sees and nothing else', async () => {
  put(1);
  put(2, elsewhere);
  const { told, page } = listener(2, undefined, async () => {
    put(3, elsewhere);
    put(4);
  });
  await follow(view, page, sight, clock);
  expect(told.map(({ event, lots }) => [event, lots])).toEqual([
    ['snapshot', 1],
    ['changes', 1],
  ]);
});

test.each<[string, () => string[], number]>([
  ['more', () => [formatUnit(here), formatUnit(elsewhere)], 3],
  ['less', () => [], 0],
])('a page that comes to see %s begins anew', async (_, then, lots) => {
  put(1);
  put(2, elsewhere);
  let changed = false;
  const { told, page } = listener(3, undefined, async () => {
    if (changed) return;
    changed = true;
    seen = then();
    put(1);
    put(3, elsewhere);
  });
  await follow(view, page, sight, clock);
  expect(told.map(({ event, lots }) => [event, lots])).toEqual([
    ['snapshot', 1],
    ['network', 0],
    ['snapshot', lots],
  ]);
});
