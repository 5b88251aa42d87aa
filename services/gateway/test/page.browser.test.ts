import { eventually } from '@giaolo/chassis/testing/brokers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { bundlePage, calloutAt, complaintsOf, openBrowser, styleOf, wordsOf } from './browser.ts';
import { type Bus, buses, FEED } from './city.ts';
import { lotsChanged, predicted, progressed } from './reports.ts';
import { type RunningGateway, runGateway, runningClock } from './running-gateway.ts';

const clock = runningClock(Date.parse('2026-11-24T05:00:00Z'));
const bus = (id: string) => buses.find((one) => one.id === id) as Bus;
const keyOf = (id: string) => `${FEED}/vehicles/${id}`;

let bundle: Awaited<ReturnType<typeof bundlePage>>;
let browser: Browser;
let gateway: RunningGateway;
let page: Page;
let complaints: string[];

async function say(...records: Parameters<RunningGateway['bus']['publisher']['send']>[0][number][]): Promise<void> {
  await gateway.bus.publisher.send(records);
  await gateway.bus.settled();
}

/** Signed in by a link; `fields` are those of the address beside the token. */
async function open(fields = '', options: BrowserContextOptions = {}): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  complaints = complaintsOf(page);
  await page.goto(`${gateway.url}/#token=${await gateway.token()}${fields}`);
  await row(keyOf('72B-017.34')).waitFor();
  // The network was read: the map shows all of it.
  await page.waitForURL(/[#&]map=/);
}

const row = (key: string) => page.locator(`tr[data-key="${key}"]`);

beforeAll(async () => {
  bundle = await bundlePage();
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  bundle?.remove();
});

beforeEach(async () => {
  gateway = await runGateway(clock, bundle.dir);
  const now = clock.now();
  await say(
    ...buses.map((one) => progressed(one, now)),
    ...buses.flatMap((one) => predicted(one, now)),
    ...lotsChanged(now),
  );
});
afterEach(async () => {
  await page?.close();
  await gateway.end();
});

test('shows the city in Vietnamese, and breaks no rule of its security policy', async () => {
  await open();
  expect(await page.locator('html').getAttribute('lang')).toBe('vi');
  expect(await wordsOf(row(keyOf('72B-021.08')))).toContain('04 72B-021.08 trễ 14 phút tới Đường Hạ Long');
  expect(await wordsOf(row('lots/bai-truoc'))).toContain('37 / 120');
  expect(await wordsOf(page.locator('.link-state'))).toBe('Trực tiếp');
  expect(complaints).toEqual([]);
});

test('four ages look different', async () => {
  await open();
  const keys = [keyOf('72B-017.34'), keyOf('72B-021.15'), keyOf('72B-022.60'), 'lots/ben-xe'];
  const rows = keys.map(row);
  const all = <T>(look: (one: (typeof rows)[number]) => Promise<T>) => Promise.all(rows.map(look));
  expect(await all((one) => one.getAttribute('data-freshness'))).toEqual(['fresh', 'ageing', 'stale', 'unknown']);
  const values = await all((one) => styleOf(one, 'textDecorationLine', '.value'));
  expect(values).toEqual(['none', 'none', 'line-through', 'none']);
  const looks = await all(async (one) => [
    await styleOf(one, 'textDecorationLine', '.age-words'),
    await styleOf(one, 'borderTopStyle', '.age-words', '.age-dot'),
    await styleOf(one, 'backgroundImage', '.age-dot'),
  ]);
  expect(new Set(looks.map(String)).size).toBe(4);
});

test('ages grow by themselves', async () => {
  await open();
  const age = () => wordsOf(row(keyOf('72B-017.34')).locator('.age-words'));
  const first = await age();
  await eventually('the age has grown', async () => (await age()) !== first, 5_000);
});

test('a lost connection changes the whole page within 3 s, and the page comes back by itself', async () => {
  await open();
  const frame = () => styleOf(page.locator('#app'), 'borderTopWidth', '::after');
  expect(await frame()).toBe('0px');
  const lostAt = performance.now();
  await Promise.all([page.locator('#app[data-link="lost"]').waitFor(), gateway.hangUp()]);
  expect(performance.now() - lostAt).toBeLessThan(3_000);
  expect(await frame()).toBe('7px');
  expect(await wordsOf(page.locator('.lost-banner'))).toMatch(/^Mất kết nối với hệ thống từ \d+ giây\. .* lúc 12:00:/);
  expect(await page.title()).toContain('Mất kết nối');
  await gateway.pickUp();
  await say(progressed({ ...bus('72B-017.34'), latenessSeconds: 320 }, clock.now()));
  await page.locator('#app[data-link="live"]').waitFor({ timeout: 15_000 });
  await row(keyOf('72B-017.34')).getByText('trễ 5 phút').waitFor();
});

test('the language is kept in the address and in the browser', async () => {
  await open();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Buses' }).waitFor();
  expect(new URL(page.url()).hash).toContain('lang=en');
  await page.goto('about:blank');
  await page.goto(gateway.url);
  await page.getByRole('heading', { name: 'Buses' }).waitFor();
  await row(keyOf('72B-021.08')).getByText('to Đường Hạ Long').waitFor();
  expect(await wordsOf(row(keyOf('72B-021.08')))).toContain('14 min late');
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

test('one selection for all panes, kept in the address, left by Esc', async () => {
  await open();
  await row(keyOf('72B-021.08')).click();
  const detail = page.locator('.detail');
  await detail.getByRole('heading', { name: 'Tuyến 04' }).waitFor();
  expect(await detail.locator('tbody tr').count()).toBe(3);
  await page.locator('.callout', { hasText: '04 · trễ 14 phút' }).waitFor();
  expect(new URL(page.url()).hash).toContain('sel=vehicle:feeds/vung-tau/vehicles/72B-021.08');
  await detail.getByRole('button', { name: 'Bãi Sau – Thùy Vân' }).click();
  await detail.getByRole('heading', { name: 'Bãi Sau – Thùy Vân' }).waitFor();
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'hidden' });
  expect(page.url()).not.toContain('sel=');
});

test('the keyboard alone finds a stop and reads what comes, soonest first', async () => {
  await open();
  await page.keyboard.press('/');
  await page.keyboard.type('bai truoc');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  const detail = page.locator('.detail');
  await detail.getByRole('heading', { name: 'Bãi Trước' }).waitFor();
  const rows = await detail.locator('tbody tr').allInnerTexts();
  expect(rows.map((text) => text.replace(/\s+/g, ' ').replace(/\d+ giây$/, '- giây'))).toEqual([
    expect.stringMatching(/^−2 01 sắp tới 12:0\d 12:0\d - giây$/),
    expect.stringMatching(/^\+4 01 [23] phút 12:0\d 1[12]:\d\d - giây$/),
    expect.stringMatching(/^01 [67] phút 12:0\d 12:0\d - giây$/),
  ]);
  await page.keyboard.press('Escape');
  await row(keyOf('72B-017.34')).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await row(keyOf('72B-020.11')).getAttribute('aria-selected')).toBe('true');
});

test('a link to a car park opens it, and a click on the map selects', async () => {
  await open('&sel=lot:lots/bai-truoc');
  const detail = page.locator('.detail');
  await detail.getByText('/ 120 chỗ trống').waitFor();
  await eventually('the callout stands at the car park', async () => page.locator('.callout').isVisible());
  const { x, y } = await calloutAt(page);
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'hidden' });
  await page.mouse.click(x - 26, y + 14);
  await detail.getByRole('heading', { name: 'Bãi đỗ xe Bãi Trước' }).waitFor();
  await say(...lotsChanged(clock.now(), { 'bai-truoc': 12 }));
  await detail.locator('.big', { hasText: '12' }).waitFor();
});

/** Where a bus is seen while it drives on, place by place, from west to east. */
async function placesWhileDriving(): Promise<number[]> {
  const driving = { ...bus('72B-017.34'), share: 0.3 };
  await say(progressed(driving, clock.now()));
  await row(keyOf(driving.id)).click();
  await standing();
  await say(progressed({ ...driving, share: 0.1, ageSeconds: 0 }, clock.now()));
  const places = await standing();
  return [...new Set(places)];
}

/** Watches the selected bus until it has stood at one place for a while. */
async function standing(): Promise<number[]> {
  const xs: number[] = [];
  await page.locator('.callout').waitFor();
  await eventually('the bus stands', async () => {
    xs.push((await calloutAt(page)).x);
    return xs.length > 25 && xs.slice(-20).every((x) => x === xs.at(-1));
  });
  return xs;
}

test('a bus glides to where it is reported, and does not for those who ask for less motion', async () => {
  await open();
  const gliding = await placesWhileDriving();
  expect(gliding.length).toBeGreaterThan(4);
  expect(gliding).toEqual([...gliding].sort((a, b) => a - b));
  await page.close();
  await open('', { reducedMotion: 'reduce' });
  expect((await placesWhileDriving()).length).toBeLessThanOrEqual(2);
});
