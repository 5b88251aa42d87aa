import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInTime, isSafe, type Result } from './result.ts';
import type { Aim } from './scenario.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
const figure = (count: number): string => count.toLocaleString('en-US');

const aimOf = (aim: Aim | undefined): string => `0 lost${aim ? `, ${aim.of} ≤ ${seconds(aim.withinMs)}` : ''}`;

function met(result: Result): string {
  if (!isSafe(result)) return 'NO';
  return isInTime(result) ? 'yes' : 'safe, but too slow';
}

/** Of results, for people; a scenario that was not run has a line that says so. */
export function table(results: readonly Result[], notRun: Readonly<Record<string, string>> = {}): string {
  const head = ['fault', 'injected', 'acknowledged', 'lost', 'doubled', 'of these dropped', 'recovery', 'aim', 'met'];
  const lines = results.map((result) => [
    result.scenario,
    figure(result.injected),
    figure(result.operations),
    figure(result.lost),
    figure(result.duplicated),
    figure(result.dropped),
    result.recovery
      ? `p50 ${seconds(result.recovery.p50)}, p99 ${seconds(result.recovery.p99)}, max ${seconds(result.recovery.max)}`
      : '',
    aimOf(result.aim),
    met(result),
  ]);
  for (const [name, why] of Object.entries(notRun))
    lines.push([name, `not run: ${why}`, '', '', '', '', '', '', 'NOT RUN']);
  const cells = [head, head.map(() => '---'), ...lines];
  return `${cells.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`;
}

/** What a run with GIAOLO_FAULTS_OUT=dir has left. */
export function readResults(dir: string): Result[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as Result);
}
