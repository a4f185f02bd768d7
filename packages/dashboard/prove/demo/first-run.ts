import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import type { Page } from 'playwright-core';
import { DemoService } from './service.ts';
import { launchBrowser, openWindow } from './window.ts';

/** How one newcomer fared. Seconds are since `git clone` began. */
export interface Run {
  seconds: { clone: number; running: number; linked: number };
  page: PageCost;
}

/** What one view of the page costs that was never loaded before. */
export interface PageCost {
  requests: number;
  /** As they come over the line. */
  bytes: number;
  firstPaintMs: number;
}

const LOOK = { language: 'en', colorScheme: 'light', viewport: { width: 1280, height: 800 } } as const;

/** Clones, starts the demo, and opens its link. `folder` is removed again; `cache` is npm's. */
export async function measureRun({ folder, cache }: { folder: string; cache: string }): Promise<Run> {
  mkdirSync(folder, { recursive: true });
  const checkout = join(folder, 'leadmaster');
  const started = performance.now();
  const since = (): number => Math.round((performance.now() - started) / 100) / 10;
  await promisify(execFile)('git', ['clone', '--quiet', CHECKOUT, checkout]);
  const clone = since();
  const demo = await DemoService.start({ checkout, folder, language: 'en', env: { npm_config_cache: cache } });
  const running = since();
  const browser = await launchBrowser();
  try {
    const page = await openWindow(browser, LOOK);
    const cost = costOf(page);
    await page.goto(demo.link);
    await page.locator('.row .state.good').first().waitFor();
    return { seconds: { clone, running, linked: since() }, page: await cost() };
  } finally {
    await browser.close();
    await demo.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts what a page loads from here on, without its stream of events and what it asks for later. */
function costOf(page: Page): () => Promise<PageCost> {
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    const isOfPage = ['document', 'script', 'stylesheet', 'image'].includes(request.resourceType());
    if (isOfPage) sizes.push(request.sizes().then((each) => each.responseBodySize + each.responseHeadersSize));
  });
  return async () => {
    const all = await Promise.all(sizes);
    const firstPaintMs = await page.evaluate<number>(
      "Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1)",
    );
    return { requests: all.length, bytes: all.reduce((sum, size) => sum + size, 0), firstPaintMs };
  };
}
