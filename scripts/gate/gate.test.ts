import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { impureRooms } from './purity.ts';

/** A checkout in which every file breaks the rule that it is named by. */
const broken: Readonly<Record<string, string>> = {
  'services/parking/src/lot/opens-a-file.ts':
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'services/parking/src/lot/asks-kafka.ts': "import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;\n",
  'services/parking/src/lot/knows-the-wire.ts': "import type { X } from '../adapters/wire.ts';\nexport type Y = X;\n",
  'services/parking/src/lot/knows-the-store.ts':
    "import { a } from '../../../../infra/chassis/src/store.ts';\nexport const b = a;\n",
  'services/parking/src/lot/allowed.ts':
    "import { a } from '../../../../infra/chassis/src/decide.ts';\nexport const b = a;\n",
  'services/parking/src/adapters/wire.ts':
    "import { readFileSync } from 'node:fs';\nexport type X = typeof readFileSync;\n",
  'services/parking/src/adapters/asks-transit.ts':
    "import { c } from '../../../transit/src/feed/unzips.ts';\nexport const d = c;\n",
  'services/transit/src/feed/unzips.ts': "import { inflateSync } from 'node:zlib';\nexport const c = inflateSync;\n",
  'services/transit/src/feed/reads-disk.ts':
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'services/audit/src/chain/hashes.ts': "import { hash } from 'node:crypto';\nexport const h = hash;\n",
  'services/audit/src/chain/reads-disk.ts':
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'services/transit/src/reactions.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  'services/transit/src/trip/round.ts': "import { about } from './about.ts';\nexport const round = () => about;\n",
  'services/transit/src/trip/about.ts': "import { round } from './round.ts';\nexport const about = () => round;\n",
  'services/transit/src/trip/takes.ts': [
    'export const now = () => Date.now();',
    '// Date.now() in a comment is no sin',
    'export const chance = () => Math.random();',
    "export const home = () => process.env['HOME'];",
    'export const at = (iso: string) => new Date(iso);',
    '',
  ].join('\n'),
  'node_modules/kafkajs/package.json': '{ "name": "kafkajs", "main": "index.js" }\n',
  'node_modules/kafkajs/index.js': 'exports.Kafka = 1;\n',
  'infra/chassis/src/decide.ts': 'export const a = 1;\n',
  'infra/chassis/src/store.ts': 'export const a = 1;\n',
};

let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'giaolo-gate-'));
  for (const [file, text] of Object.entries(broken)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What dependency-cruiser says of the broken checkout, as `rule: from`. */
function violations(): string[] {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json', 'infra', 'services'];
  const json = execFileSync(nodeProgram, [program, ...config], { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
  const { summary } = JSON.parse(json) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

describe('the layers', () => {
  let found: string[] = [];
  beforeAll(() => {
    found = violations();
  });

  test.each([
    ['room-does-io', 'services/parking/src/lot/opens-a-file.ts'],
    ['room-does-io', 'services/parking/src/lot/asks-kafka.ts'],
    ['room-does-io', 'services/transit/src/reactions.ts'],
    ['room-imports-outwards', 'services/parking/src/lot/knows-the-wire.ts'],
    ['room-knows-the-ring', 'services/parking/src/lot/knows-the-store.ts'],
    ['service-imports-service', 'services/parking/src/adapters/asks-transit.ts'],
    ['feed-reader-does-io', 'services/transit/src/feed/reads-disk.ts'],
    ['hash-chain-does-io', 'services/audit/src/chain/reads-disk.ts'],
    ['cycle', 'services/transit/src/trip/about.ts'],
  ])('%s is found in %s', (rule, file) => {
    expect(found).toContain(`${rule}: ${file}`);
  });

  test.each([
    'services/parking/src/lot/allowed.ts',
    'services/parking/src/adapters/wire.ts',
    'services/transit/src/feed/unzips.ts',
    'services/audit/src/chain/hashes.ts',
  ])('%s is allowed', (file) => {
    expect(found.filter((line) => line.endsWith(file))).toEqual([]);
  });
});

test('rooms that take time, chance or the environment by themselves are found', () => {
  const file = 'services/transit/src/trip/takes.ts';
  expect(impureRooms(dir)).toEqual([
    `${file}:1: takes the time by itself`,
    `${file}:3: takes chance by itself`,
    `${file}:4: takes the process and its environment by itself`,
  ]);
});
