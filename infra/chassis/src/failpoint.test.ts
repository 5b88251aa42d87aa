import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseFailpoints } from './failpoint.ts';

test('a list of failpoints is read, and one that is misspelt is refused', () => {
  expect([...parseFailpoints('outbox.after-send=kill@3,consumer.after-effect=freeze@1')]).toEqual([
    ['outbox.after-send', { failure: 'kill', at: 3 }],
    ['consumer.after-effect', { failure: 'freeze', at: 1 }],
  ]);
  for (const wrong of ['outbox.aftersend=kill@1', 'outbox.after-send', 'outbox.after-send=kill@0', ''])
    expect(() => parseFailpoints(wrong)).toThrow('is not <failpoint>');
});

test('the process dies at the passage that was named, and says so before', () => {
  const dir = mkdtempSync(join(tmpdir(), 'failpoint-'));
  const log = join(dir, 'log');
  const source = `
    import { failpoint } from '${import.meta.dirname}/failpoint.ts';
    for (const passage of [1, 2, 3]) {
      failpoint('outbox.after-read');
      failpoint('outbox.after-send');
      process.stdout.write(String(passage));
    }`;
  const { NODE_OPTIONS: _, ...env } = process.env;
  const run = (armed: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      env: { ...env, GIAOLO_FAILPOINTS: armed, GIAOLO_FAILPOINTS_LOG: log },
      encoding: 'utf8',
    });
  expect(run('outbox.after-send=kill@2')).toMatchObject({ signal: 'SIGKILL', stdout: '1' });
  expect(readFileSync(log, 'utf8')).toBe('outbox.after-send\n');
  expect(run('')).toMatchObject({ status: 0, stdout: '123' });
  rmSync(dir, { recursive: true });
});
