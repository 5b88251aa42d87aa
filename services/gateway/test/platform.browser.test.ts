import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { Children } from '@giaolo/local/children';
import { buildConsole } from '@giaolo/local/console';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { type PrivatePlatform, startPrivatePlatform } from '@giaolo/local/private-platform';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { calloutAt, complaintsOf, openBrowser, wordsOf } from './browser.ts';

const START_MS = 120_000;

let dir: string;
let platform: PrivatePlatform;
let browser: Browser;
let page: Page;
const feeder = new Children();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'giaolo-seen-'));
  await buildConsole(feeder, join(dir, 'vite.log'), () => {});
  platform = await startPrivatePlatform();
  const info = join(dir, 'platform.json');
  writeFileSync(info, JSON.stringify(platform.info));
  const args = ['infra/local/src/sample/feeder.ts', info];
  feeder.start({ name: 'feeder', command: nodeProgram, args, cwd: root, log: join(dir, 'feeder.log') });
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
}, START_MS);

afterAll(async () => {
  await browser?.close();
  await feeder.endAll();
  await platform?.end();
  rmSync(dir, { recursive: true, force: true });
}, START_MS);

/** Looks at one bus after the other: one may stand at a stop for 20 s, and longer at the end of its line. */
async function anyMoves(buses: Locator): Promise<boolean> {
  for (const bus of await buses.all()) {
    await bus.click();
    await page.locator('.callout').waitFor();
    const from = await calloutAt(page);
    const moves = eventually(
      'the bus moves on the map',
      async () => {
        const { x, y } = await calloutAt(page);
        return Math.hypot(x - from.x, y - from.y) > 5;
      },
      30_000,
    );
    if (await moves.catch(() => false)) return true;
  }
  return false;
}

test('on the real platform a person sees a bus move, predictions at a stop, and free spaces', async () => {
  const complaints = complaintsOf(page);
  const token = readFileSync(platform.info.tokenFile, 'utf8').trim();
  await page.goto(`${platform.info.gateway}/#token=${token}`);
  const buses = page.locator('tr[data-key^="feeds/sample/vehicles/"]');
  // Placed on its trip, which has predictions.
  const placed = buses.filter({ hasNot: page.locator('[data-punctuality="unplaced"]') });
  await placed.first().waitFor({ timeout: 30_000 });
  expect(await anyMoves(placed)).toBe(true);
  const stop = page.locator('.detail tbody button').first();
  await stop.waitFor();
  await stop.click();
  const arrivals = page.locator('.detail tbody tr');
  await arrivals.first().waitFor();
  expect(await wordsOf(arrivals.first())).toMatch(/(sắp tới|\d+ phút) \d\d:\d\d \d\d:\d\d/);
  await page.locator('tr[data-key^="lots/"][data-freshness="fresh"]').first().waitFor();
  expect(await wordsOf(page.locator('tr[data-key^="lots/"]').first())).toMatch(/\d+ \/ \d+/);
  expect(complaints).toEqual([]);
}, 180_000);
