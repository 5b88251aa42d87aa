import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Children } from '../src/children.ts';
import { fetchJars } from '../src/maven.ts';

const artifacts = { name: 'kafka', what: 'Kafka', megabytes: 1 };
const path = process.env['PATH'];
let dir = '';
let cache = '';
let children: Children;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'giaolo-maven-'));
  cache = join(dir, 'cache');
  mkdirSync(join(dir, 'bin'));
  process.env['PATH'] = `${join(dir, 'bin')}${delimiter}${path}`;
  children = new Children();
});

afterEach(async () => {
  process.env['PATH'] = path;
  await children.endAll();
  rmSync(dir, { recursive: true, force: true });
});

/** Puts a Maven on the PATH that does what the script says, with $target being where the jars belong. */
function maven(script: string): void {
  const file = join(dir, 'bin/mvn');
  writeFileSync(
    file,
    `#!/bin/sh\nfor arg; do case $arg in -DoutputDirectory=*) target=\${arg#*=};; esac; done\n` +
      `echo run >>${join(dir, 'runs')}\nmkdir -p "$target"\n${script}\n`,
  );
  chmodSync(file, 0o755);
}

const runs = () => (existsSync(join(dir, 'runs')) ? readdirSync(dir).includes('runs') : false);
const fetch = () => fetchJars(artifacts, children, () => {}, cache);
const works = 'echo one >"$target/one.jar"; echo two >"$target/two.jar"';

test('an empty cache is filled once', async () => {
  maven(works);
  const place = await fetch();
  expect(readdirSync(place).toSorted()).toEqual(['complete.json', 'one.jar', 'two.jar']);
  rmSync(join(dir, 'runs'));
  expect(await fetch()).toBe(place);
  expect(runs()).toBe(false);
});

test.each([
  ['a jar is missing', (place: string) => rmSync(join(place, 'two.jar'))],
  ['a jar was cut short', (place: string) => truncateSync(join(place, 'one.jar'), 1)],
  ['the listing is missing', (place: string) => rmSync(join(place, 'complete.json'))],
])('it is filled anew when %s', async (_, damage) => {
  maven(works);
  const place = await fetch();
  damage(place);
  await fetch();
  expect(readdirSync(place).toSorted()).toEqual(['complete.json', 'one.jar', 'two.jar']);
});

test('a download that breaks is told in one line, and leaves nothing in the cache', async () => {
  maven(
    'echo one >"$target/one.jar"\n' +
      'echo "[ERROR] Failed to execute goal dependency:copy (default-cli) on project kafka: Connection reset"; exit 1',
  );
  await expect(fetch()).rejects.toThrow(/^Maven could not fetch Kafka: .*Connection reset \(is the network there\?\)$/);
  expect(readdirSync(cache)).toEqual([]);
});

test('a full disk is told', async () => {
  maven('echo "[ERROR] java.io.IOException: No space left on device"; exit 1');
  await expect(fetch()).rejects.toThrow('the disk is full');
});

test('two that fetch at once both get the whole', async () => {
  maven(works);
  const [a, b] = await Promise.all([fetch(), fetch()]);
  expect(a).toBe(b);
  expect(readdirSync(a)).toContain('two.jar');
});
