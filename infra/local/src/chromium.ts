import { existsSync } from 'node:fs';
import { type Children, lastWords } from './children.ts';
import { findProgram } from './programs.ts';
import { type Report, whileWorking } from './report.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine: GIAOLO_CHROMIUM, or one on the PATH. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env['GIAOLO_CHROMIUM'] || findProgram(env['PATH'] ?? '', ...names);
}

/** The browser, installed where it is missing and this user may; undefined, and told why, where that fails. */
export async function ensureChromium(children: Children, log: string, report: Report): Promise<string | undefined> {
  const found = findChromium();
  if (found) return found;
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!mayInstall) {
    report(
      'no Chromium here: the browser test will fail; install it (apt-get install chromium) or set GIAOLO_CHROMIUM',
    );
    return undefined;
  }
  report('installing Chromium (about 100 MB) through apt-get');
  const script = 'apt-get update -q && apt-get install -q -y --no-install-recommends chromium';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const work = children.run({ name: 'apt-get', command: '/bin/sh', args: ['-c', script], env, log });
  const exit = await whileWorking(report, () => '  still installing Chromium', work);
  const installed = exit.code === 0 ? findChromium() : undefined;
  if (!installed) report(`Chromium could not be installed, the browser test will fail${lastWords({ log })}`);
  return installed;
}
