import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findBrowser } from '@leadmaster/session-manager/browser';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDER = `Math.max(...[document.documentElement, ...document.querySelectorAll('dialog[open]')]
  .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`;
/** For a busy machine, as the limit of a whole test is. */
const PATIENCE_MS = 60_000;

/**
 * One browser for all tests of a file, whose windows are as `standard` unless told otherwise; where there is none, they are skipped
 * with the reason. `prepare`: what must be there before the first window.
 */
export function useBrowser(
  standard: BrowserContextOptions,
  prepare: () => void = () => {},
): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | null = null;
  let missing = '';
  beforeAll(async () => {
    prepare();
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
    return pageOf(browser, { ...standard, ...options });
  };
}

/**
 * A window for the rest of the test. At its end, in it and in the others of its browser, no script may have failed, nothing may have been
 * said to the console, and nothing held back by the policy of the page. A refusal by the hub is the console's to name as well, and is
 * not counted; a file of the page that is missing is.
 */
async function pageOf(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  context.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource') && !isFile(message.location().url);
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return context.newPage();
}

function isFile(url: string): boolean {
  return /\.(css|js|svg)$/.test(url);
}

/** What axe finds in a page. `where`: what it is called in the findings. */
export async function axeFaultsOf(page: Page, where: string): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(
    ({ id, nodes }) => `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** By how many pixels a page, or a question in front of it, is wider than its room; 0 or less where both fit. */
export function tooWideOf(page: Page): Promise<number> {
  return page.evaluate<number>(WIDER);
}
