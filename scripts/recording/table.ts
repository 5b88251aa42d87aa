import { count } from './progress.ts';
import type { Result } from './result.ts';
import { type Method, methods } from './score.ts';
import { type HorizonScore, horizons } from './tally.ts';

/** The result as a person reads it. */
export function tableOf(result: Result): string {
  return [...summary(result), '', ...errors(result), ''].join('\n');
}

function summary(result: Result): string[] {
  const { positions, matched, matchedWithin60m, backwardSteps, unmatched, refused, passed, lost, latency } = result;
  const row = (label: string, n: number | undefined, more = '') =>
    `${label.padEnd(16)}${(n === undefined ? '' : count(n)).padStart(10)}  ${more}`.trimEnd();
  const share = (n: number) => `${percent(positions > 0 ? (100 * n) / positions : null)} %`;
  const near = `${share(matchedWithin60m)} within 60 m of their trip's path`;
  const ms = (value: number | null) => (value === null ? '-' : `${Math.round(value)} ms`);
  return [
    row('positions in', positions),
    row('  placed', matched, `${share(matched)}; ${near}; backward steps: ${backwardSteps}`),
    row('  unplaced', sum(unmatched), reasons(unmatched)),
    row('  refused', sum(refused), reasons(refused)),
    ...(passed > 0 ? [row('  passed', passed, 'behind a snapshot, when a stream was resumed')] : []),
    row('  lost', lost),
    row('predictions', result.predictions, `arrival times in ${count(result.publications)} publications`),
    row('true arrivals', result.arrivals, `derived from the recording; ${count(result.scored)} predictions judged`),
    row('positions/s', Math.round(result.positionsPerSecond), `in ${result.seconds.toFixed(1)} s`),
    row('sent to seen', undefined, `p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}`),
  ];
}

const names: Readonly<Record<Method, string>> = {
  published: 'published',
  schedule: 'schedule only',
  'schedule-deviation': 'schedule + deviation',
};

const LABEL = 12;
const WIDTHS = [9, 7, 7, 7];
const columns = WIDTHS.reduce((a, b) => a + b);

function errors({ errors }: Result): string[] {
  const line = (label: string, cells: (method: Method) => readonly string[]) =>
    label.padEnd(LABEL) + methods.map((method) => cells(method).map(aligned).join('')).join('  |');
  const scores = (score: HorizonScore) => [
    count(score.n),
    seconds(score.mae),
    seconds(score.bias),
    percent(score.mbta),
  ];
  const last = (value: string) => ['', '', '', value];
  return [
    'error against what really happened: seconds (bias: + = later than said), MBTA = % accurate',
    line('', (method) => [names[method].padStart(columns)]),
    line('minutes', () => ['n', 'MAE', 'bias', 'MBTA']),
    ...horizons.map((horizon) => line(horizon, (method) => scores(errors[method][horizon]))),
    line('all', (method) => scores(errors[method].all)),
    line('ETA bench. %', (method) => last(percent(errors[method].benchmark))),
    line('unrealised', (method) => [
      count(errors[method].all.unrealised),
      '',
      '',
      percent(errors[method].all.mbtaWithUnrealised),
    ]),
    line('missing', (method) => [count(errors[method].missing), '', '', '']),
    '  n, MAE and bias by how far ahead the arrival was, MBTA by how far ahead it was said to be (30 min at most);',
    '  unrealised: said of stops that the vehicle never came to, and MBTA with those as misses;',
    '  missing: nothing was said of an arrival that came within 30 min',
  ];
}

const aligned = (cell: string, i: number): string => cell.padStart(WIDTHS[i] ?? 0);
const seconds = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
const percent = (value: number | null): string => (value === null ? '-' : value.toFixed(1));
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const reasons = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${reason} ${count(n)}`)
    .join(', ');
