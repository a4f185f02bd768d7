import type { SessionState } from '@leadmaster/protocol';
import { ADMIN_KEY, PHONE, type TestManagerOptions } from '@leadmaster/testkit';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type HubWorld, hubOver } from '../../central-hub/test/hub.ts';
import { useBrowser as usePageBrowser } from '../../central-hub/test/page-browser.ts';
import { buildPage, DIST } from './build.ts';

const DESK = { locale: 'en-GB', viewport: { width: 1440, height: 900 } };

/** One browser for all tests of a file, and the page as its sources are. */
export function useBrowser(): (options?: BrowserContextOptions) => Promise<Page> {
  return usePageBrowser(DESK, buildPage);
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
