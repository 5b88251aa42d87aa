import { eventually } from '@giaolo/chassis/testing/brokers';
import { Lot, Lot_State } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bundlePage, complaintsOf, openBrowser, wordsOf } from './browser.ts';
import { buses, here } from './city.ts';
import { elsewhere, person } from './people.ts';
import { lotSaid, lotsChanged, progressed } from './reports.ts';
import { type RunningGateway, runGateway, runningClock } from './running-gateway.ts';

const clock = runningClock(Date.parse('2026-11-24T05:00:00Z'));

let bundle: Awaited<ReturnType<typeof bundlePage>>;
let browser: Browser;
let gateway: RunningGateway;
let context: BrowserContext;
let page: Page;

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
  await gateway.bus.publisher.send([...buses.map((bus) => progressed(bus, clock.now())), ...lotsChanged(clock.now())]);
  await gateway.bus.settled();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
});
afterEach(async () => {
  await context?.close();
  await gateway.end();
});

const panel = (of = page) => of.locator('.sign-in');
const live = (of = page) => of.locator('#app[data-link="live"]');
const message = (of = page) => panel(of).getByRole('alert');
const sessionCookie = async () => (await context.cookies()).find(({ name }) => name.endsWith('giaolo_session'));

async function openSignedIn(who = person('operator'), lifetimeMs?: number, of = page): Promise<void> {
  await of.goto(`${gateway.url}/#token=${await gateway.token(who, lifetimeMs)}`);
  await live(of).waitFor();
}

test('whoever is not signed in sees a sign-in, and nothing of the city', async () => {
  const complaints = complaintsOf(page);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(gateway.url);
  await panel().waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('vi');
  await page.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
  expect(asked.filter((path) => path.startsWith('/v1/'))).toEqual(['/v1/session']);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  // The browser itself tells of the 401.
  expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
});

test('signs in by the keyboard alone; the token is kept where no script reads it', async () => {
  const token = await gateway.token();
  await page.goto(gateway.url);
  await panel().waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('token');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText('nonsense');
  await page.keyboard.press('Enter');
  await message().getByText('Mã này không hợp lệ hoặc đã hết hạn.').waitFor();
  const field = page.getByLabel('Mã truy cập (token)');
  expect(await field.getAttribute('aria-describedby')).toContain(await message().getAttribute('id'));
  // What was refused is selected, and is typed over.
  await page.keyboard.insertText(`Bearer ${token}`);
  await page.keyboard.press('Enter');
  await live().waitFor();
  await page.locator('tr[data-key^="lots/"]').first().waitFor();
  expect(await sessionCookie()).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  const kept = 'document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })';
  expect(await page.evaluate(kept)).not.toContain(token.slice(0, 20));
});

test('a link with a token signs in, and leaves no token in the address or in the history', async () => {
  const seen: string[] = [];
  page.on('request', (request) => seen.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  const token = await gateway.token();
  await page.goto(`${gateway.url}/#token=${token}&lang=en`);
  await live().waitFor();
  await page.getByRole('heading', { name: 'Buses' }).waitFor();
  expect(page.url()).not.toContain('token');
  await page.goto('about:blank');
  await page.goBack();
  await live().waitFor();
  expect(page.url()).not.toContain('token');
  expect(seen.join('\n')).not.toContain(token);
});

test('says who is signed in, and lets them out', async () => {
  await openSignedIn(person('operator', here, 'user:an.nguyen'));
  const who = page.getByRole('group', { name: 'Người đang đăng nhập' });
  expect(await wordsOf(who)).toBe('an.nguyen Đơn vị 77');
  await who.getByRole('button', { name: 'Đăng xuất' }).click();
  await panel().waitFor();
  expect(await page.locator('tr[data-key]').count()).toBe(0);
  expect(await sessionCookie()).toBeUndefined();
  await page.reload();
  await panel().waitFor();
});

test('a page whose token expires asks to sign in again, and goes on where it was', async () => {
  // Tokens hold 30 s longer than they say.
  await openSignedIn(person('operator'), -20_000);
  await page.locator('tr[data-key="lots/bai-truoc"]').click();
  await message().getByText('Phiên làm việc đã hết hạn. Hãy đăng nhập lại.').waitFor();
  expect(page.url()).toContain('sel=lot:lots/bai-truoc');
  await page.getByLabel('Mã truy cập (token)').fill(await gateway.token());
  await page.keyboard.press('Enter');
  await page.locator('.detail').getByRole('heading', { name: 'Bãi đỗ xe Bãi Trước' }).waitFor();
});

test('a page that is refused when it comes back asks to sign in', async () => {
  await openSignedIn();
  await context.clearCookies();
  await gateway.hangUp();
  await gateway.pickUp();
  await message().getByText('Phiên làm việc đã hết hạn').waitFor();
});

test('another province sees its own, which is nothing here', async () => {
  await openSignedIn(person('operator', elsewhere));
  await page.locator('.lists').getByText('Chưa có bãi đỗ xe nào.').waitFor();
  await page.locator('.map-notice', { hasText: 'Chưa có mạng lưới' }).waitFor();
  expect(await page.locator('tr[data-key]').count()).toBe(0);
});

test('whoever has no role that sees the page is told so', async () => {
  await page.goto(`${gateway.url}/#token=${await gateway.token(person('auditor'))}`);
  await message().getByText('user:an không có quyền xem trang này.').waitFor();
  expect(await sessionCookie()).toBeUndefined();
});

test('the pages of one browser have one session', async () => {
  const other = await context.newPage();
  await openSignedIn();
  await openSignedIn(person('viewer', elsewhere, 'user:binh'), undefined, other);
  await page.locator('.signed-in', { hasText: 'binh' }).waitFor();
  await page.getByRole('button', { name: 'Đăng xuất' }).click();
  await panel(other).waitFor();
});

test('what others have named is text and nothing else', async () => {
  const evil = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>';
  await openSignedIn(person('operator', here, `user:${evil}`));
  const lot = { name: 'lots/evil', displayName: evil, position: { latitude: 10.35, longitude: 107.08 }, unit: here };
  const state = {
    state: Lot_State.STATE_OPEN,
    availability: { capacity: 5, free: 5, observedTime: new Date(clock.now()) },
  };
  await gateway.bus.publisher.send([lotSaid(Lot.fromPartial({ ...lot, ...state }))]);
  const row = page.locator('tr[data-key="lots/evil"]');
  await row.click();
  await page.locator('.detail').getByRole('heading', { name: evil }).waitFor();
  await page.locator('.callout').waitFor();
  expect(await wordsOf(row)).toContain(evil);
  expect(await wordsOf(page.locator('.signed-in'))).toContain('<img src=x');
  expect(await page.locator('#app img, #app script').count()).toBe(0);
  await eventually('the title is ours', async () => /Giaolo/.test(await page.title()));
});
