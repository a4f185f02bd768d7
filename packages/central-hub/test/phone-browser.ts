import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findBrowser } from '@leadmaster/session-manager/browser';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const ANDROID =
  'Mozilla/5.0 (Linux; Android 11; SM-A515F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.210 Mobile Safari/537.36';

/** A phone on which the pages of links are read. */
export const PHONE = { userAgent: ANDROID, viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };

/** One browser for all tests of a file; where there is none, they are skipped with the reason. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | null = null;
  let missing = '';
  beforeAll(async () => {
    const found = await findBrowser({ chromePath: null, visible: false }).catch((error: Error) => {
      missing = error.message;
      return null;
    });
    if (found !== null) browser = await chromium.launch({ executablePath: found.path });
  });
  afterAll(() => browser?.close());
  beforeEach((context) => {
    if (browser === null) context.skip(missing);
  });
  return async (options = {}) => {
    if (browser === null) throw new Error('there is no browser');
    return pageOf(browser, options);
  };
}

/** A window for the rest of the test. At its end its console has complained of nothing but refusals of the hub. */
async function pageOf(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ locale: 'es-AR', ...PHONE, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return page;
}

const WIDER = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const LETTERS = 'document.documentElement.style.fontSize';

/** What axe finds in a page, and whether it is wider than its window, with letters of twice their size too. */
export async function faultsOf(page: Page, where: string): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const wider = await page.evaluate<number>(WIDER);
  const widerLarge = await page.evaluate<number>(`(${LETTERS} = '200%', ${WIDER})`);
  await page.evaluate(`${LETTERS} = ''`);
  return [
    ...violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    ...(wider > 0 ? [`${where}: ${wider} pixels too wide`] : []),
    ...(widerLarge > 0 ? [`${where}: ${widerLarge} pixels too wide with large letters`] : []),
  ];
}

/** Waits until the page of a link shows a part; answers its heading. */
export async function shows(page: Page, part: string): Promise<string> {
  const section = page.locator(`section[data-part~="${part}"]`);
  await section.waitFor();
  return section.locator('h1').innerText();
}
