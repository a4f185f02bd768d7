import type { SessionState } from '@leadmaster/protocol';
import { findBrowser } from '@leadmaster/session-manager/browser';
import { ADMIN_KEY, PHONE, type TestManagerOptions } from '@leadmaster/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished } from 'vitest';
import { type HubWorld, hubOver } from '../../central-hub/test/hub.ts';
import { buildPage, DIST } from './build.ts';

/** One browser for all tests of a file; where there is none, they are skipped with the reason. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | null = null;
  let missing = '';
  beforeAll(async () => {
    buildPage();
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

/**
 * A window for the rest of the test. At its end no script may have failed, nothing may have been said to the console, and nothing held
 * back by the policy of the page. A refusal by the hub is the console's to name as well, and is not counted.
 */
async function pageOf(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 }, ...options });
  // For a busy machine, as the limit of a whole test is.
  context.setDefaultTimeout(60_000);
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

/** A hub with its page, over one session manager whose browsers are played. */
export interface Place extends HubWorld {
  /** Where the page is. */
  url: string;
  manager: NonNullable<HubWorld['managers'][string]>;
  /** A session in that state, as the hub knows it. */
  given: (name: string, state: SessionState) => Promise<void>;
  /** A link that signs a browser in. */
  link: () => Promise<string>;
  /** Opens a view in a window that is signed in, as the operator or by a key. */
  enter: (page: Page, path?: string, key?: string) => Promise<void>;
}

/** `names`: the machines, the first of which has the sessions that are given. */
export async function place(names: readonly string[] = ['m1'], managed: TestManagerOptions = {}): Promise<Place> {
  // Numbers as they are on phones: the short ones of other tests are none that a session can be bound to.
  const played = { firstPhone: Number(PHONE), ...managed };
  const hub = await hubOver(names, { dashboard: DIST, wrongKeyWaitMs: 0 }, played);
  const manager = hub.managers.m1;
  if (manager === undefined) throw new Error('there is no machine');
  const url = `http://127.0.0.1:${hub.port}`;
  return {
    ...hub,
    manager,
    url,
    async given(name, state) {
      // One that does not run is made as a caller makes it: the hub hears of the others by what happens to them.
      if (state === 'STOPPED') await hub.ask('/v1/sessions', { body: { name, start: false } });
      else await manager.given(name, state);
      await hub.until(name, state);
    },
    link: async () => (await hub.ask('/v1/sign-in-codes', { method: 'POST' })).json.url,
    async enter(page, path = '/', key = ADMIN_KEY) {
      const { headers } = await hub.ask('/v1/sign-in', { key: null, body: { key } });
      const [, value = ''] = /^leadmaster=(\w+)/.exec(headers['set-cookie']?.[0] ?? '') ?? [];
      await page.context().addCookies([{ name: 'leadmaster', value, url, httpOnly: true, sameSite: 'Strict' }]);
      await page.goto(`${url}${path}`);
    },
  };
}
