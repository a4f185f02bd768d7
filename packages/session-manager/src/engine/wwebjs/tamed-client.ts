import type { Page } from 'puppeteer-core';
import wwebjs, { type ClientOptions } from 'whatsapp-web.js';
import { PageWiring } from './page-wiring.ts';

/** What the library has and its typings do not mention. */
interface Untyped {
  inject(): Promise<void>;
  destroy(): Promise<void>;
  initWebVersionCache(): Promise<void>;
  currentIndexHtml: string | null;
  authStrategy: wwebjs.AuthStrategy;
}

/** The name of no cached page: whatever WhatsApp serves. */
export const LIVE_VERSION = 'live';

const PAGE_URL = 'https://web.whatsapp.com/';

export type TamedClient = InstanceType<typeof wwebjs.Client>;

/**
 * The library's client, without its habit of starting work that nobody awaits:
 * - after every navigation it injects itself again, and rejects into nowhere when the page moves on meanwhile;
 *   an injection that fails for good is noticed by the page monitor, which then hears no life
 * - it handles the end of the sync twice when told twice, and then hears every message twice; here a second telling joins
 *   the first
 * - it reads the page's own text for its cache, and rejects into nowhere when the browser ends meanwhile
 * - on a state it does not accept it closes the browser by itself; here the run does that, and proves it
 * - after a logout it tells its strategy anew that the browser is there, which it has been all the time
 *
 * `onBrowser` runs once, when the browser is there and before any page is loaded; what we need in every document is
 * put in place right after it.
 */
export function tamedClient(options: ClientOptions, onBrowser: (wiring: PageWiring) => void): TamedClient {
  const client = new wwebjs.Client({ ...options, authStrategy: new wwebjs.NoAuth() });
  const untyped = client as unknown as Untyped;
  let isKnown = false;
  untyped.authStrategy.afterBrowserInitialized = async () => {
    if (isKnown) return;
    isKnown = true;
    if (client.pupPage === undefined || client.pupPage === null) throw new Error('the browser has no page');
    guardSyncHandler(client.pupPage);
    const wiring = new PageWiring(client, client.pupPage);
    onBrowser(wiring);
    await wiring.install();
    // A pinned page is served by intercepting the navigation, which WhatsApp's service worker would answer first.
    if (options.webVersion !== LIVE_VERSION) await client.pupPage?.setBypassServiceWorker(true);
  };
  untyped.destroy = async () => undefined;
  const servePinned = untyped.initWebVersionCache.bind(client);
  untyped.initWebVersionCache = async () => {
    if (options.webVersion !== LIVE_VERSION) return servePinned();
    client.pupPage?.on('response', (response) => {
      if (!response.ok() || response.url() !== PAGE_URL) return;
      response.text().then(
        (html) => {
          untyped.currentIndexHtml = html;
        },
        () => undefined,
      );
    });
  };
  const inject = untyped.inject.bind(client);
  let first = true;
  untyped.inject = async () => {
    if (!first) return inject().catch(() => undefined);
    first = false;
    return inject();
  };
  return client;
}

/** The function that the library puts into the page for the end of the sync: here one run of it at a time. */
function guardSyncHandler(page: Page): void {
  const expose = page.exposeFunction.bind(page);
  page.exposeFunction = (name, exposed) =>
    typeof exposed === 'function' && name === 'onAppStateHasSyncedEvent'
      ? expose(name, oneAtATime(exposed as () => Promise<unknown>))
      : expose(name, exposed);
}

function oneAtATime(handler: () => Promise<unknown>): () => Promise<unknown> {
  let running: Promise<unknown> | null = null;
  return () => {
    running ??= handler().finally(() => {
      running = null;
    });
    return running;
  };
}
