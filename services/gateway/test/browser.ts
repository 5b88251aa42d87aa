import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from '@giaolo/local/chromium';
import { root } from '@giaolo/local/places';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const run = promisify(execFile);

/** Draws WebGL without a graphics card. */
const FLAGS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--no-sandbox'];

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('this test needs Chromium: apt-get install chromium, or set GIAOLO_CHROMIUM');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** Bundles the page as it is now, beside the bundle of whoever runs the platform. */
export async function bundlePage(): Promise<{ dir: string; remove(): void }> {
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-page-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const cwd = join(root, 'services/console');
  await run(process.execPath, [vite, 'build', '--outDir', dir, '--emptyOutDir'], { cwd, env: environment() });
  return { dir, remove: () => rmSync(dir, { recursive: true }) };
}

/** Not jest's options, which Vite does not understand. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return rest;
}

/** What a page complained of: scripts that failed, and what its security policy forbade. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return complaints;
}

/** What can be read, lines and columns set apart by one space. */
export async function wordsOf(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join(' ').replace(/\s+/g, ' ').trim();
}

/** Computed values of a style property, in the order of `selectors`; `::after` and the like go by themselves. */
export function styleOf(locator: Locator, property: string, ...selectors: string[]): Promise<string> {
  return locator.evaluate(
    (element, asked) => {
      const view = element.ownerDocument.defaultView;
      const values = asked.selectors.map((selector) => {
        const [of, pseudo] = selector.startsWith('::') ? [element, selector] : [element.querySelector(selector), null];
        return view.getComputedStyle(of, pseudo)[asked.property];
      });
      return values.join(' ');
    },
    { property, selectors },
  );
}

/** Where the selected thing stands on the map: the corner of its callout. */
export async function calloutAt(page: Page): Promise<{ x: number; y: number }> {
  const box = await page.locator('.callout').boundingBox();
  if (!box) throw new Error('nothing on the map is selected');
  return { x: box.x, y: box.y };
}
