import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What a rule must be given instead of taking it: the time, chance, waiting, and the process.
const taken: readonly [word: RegExp, name: string][] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/, 'the time'],
  [/\bMath\.random\b|\brandom(UUID|Bytes|Int)\b|\bgetRandomValues\b/, 'chance'],
  [/\bprocess\./, 'the process and its environment'],
  [/\bset(Timeout|Interval)\b/, 'waiting'],
];

const EDGE = new Set(['console', 'gateway']);

/**
 * Lines of domain rooms (services/<service>/src/<room>/, adapters/ apart, and reactions.ts) that reach for what they
 * should be given, as `file:line: reason`.
 */
export function impureRooms(root: string): string[] {
  return roomFiles(root).flatMap((file) =>
    code(readFileSync(join(root, file), 'utf8')).flatMap((line, i) =>
      taken.filter(([word]) => word.test(line)).map(([, name]) => `${file}:${i + 1}: takes ${name} by itself`),
    ),
  );
}

function roomFiles(root: string): string[] {
  const services = readdirSync(join(root, 'services')).filter((name) => !EDGE.has(name));
  const files = services.flatMap((service) =>
    readdirSync(join(root, 'services', service), { recursive: true, encoding: 'utf8' }).map((file) =>
      join('services', service, file),
    ),
  );
  const isRoom = /^services\/[^/]+\/src\/((?!adapters\/)[^/]+\/.+|reactions)\.ts$/;
  return files.filter((file) => isRoom.test(file) && !file.endsWith('.test.ts'));
}

/** The lines of a source without its comments. */
const code = (source: string): string[] =>
  source
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*/, ''));
