import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Children, ending } from '@giaolo/local/children';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';

export interface JestRun {
  /** Of test files; all when empty. */
  readonly patterns: readonly string[];
  /** File for jest's own report. */
  readonly output: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface JestResult {
  readonly passed: number;
  /** Names of what failed; a file that could not be run is one. */
  readonly failed: readonly string[];
  /** Names of what was skipped: a test says in its name why. */
  readonly skipped: readonly string[];
}

/** Runs the tests, with their progress on our own output. */
export async function runJest(children: Children, { patterns, output, env }: JestRun): Promise<JestResult> {
  const exit = await children.run({
    name: 'jest',
    command: nodeProgram,
    args: [join(root, 'node_modules/jest/bin/jest.js'), '--ci', '--json', `--outputFile=${output}`, ...patterns],
    cwd: root,
    env: {
      GIAOLO_LOG_LEVEL: 'fatal', // many tests provoke faults; those that read a log say so themselves
      ...process.env,
      ...env,
      NODE_OPTIONS:
        '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
    },
    stage: 1,
    graceMs: 15_000,
  });
  const result = readReport(output, patterns.length > 0);
  if (exit.code !== 0 && result.failed.length === 0 && result.passed > 0)
    return { ...result, failed: [`jest (${ending(exit)})`] };
  return result;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

function readReport(file: string, isPart: boolean): JestResult {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // jest writes no report where no file matches
    return { passed: 0, failed: isPart ? [] : ['jest: ended without a report'], skipped: [] };
  }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ name: `${relative(root, name)}: ${fullName}`, status })),
  );
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const named = (...statuses: string[]) =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ name }) => name);
  return {
    passed: named('passed').length,
    failed: [...named('failed'), ...broken.map(({ name }) => `${relative(root, name)}: could not be run`)],
    skipped: named('pending', 'skipped', 'todo', 'disabled'),
  };
}
