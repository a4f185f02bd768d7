import type { Page } from 'puppeteer-core';
import wwebjs, { type ClientOptions } from 'whatsapp-web.js';
import { MainDocuments } from './documents.ts';
import { Injection } from './injection.ts';
import type { SignalName } from './page/signals.ts';
import { PageWiring } from './page-wiring.ts';
import { prepare } from './preparation.ts';
import { LIVE_VERSION } from './served-page.ts';
import { attachListeners, guardSyncHandler } from './sync-handler.ts';

/** What the library has and its typings do not mention. */
interface Untyped {
  options: { authTimeoutMs: number };
  lastLoggedOut: boolean;
  inject(): Promise<void>;
  attachEventListeners(): Promise<void>;
  destroy(): Promise<void>;
  initWebVersionCache(): Promise<void>;
  authStrategy: wwebjs.AuthStrategy;
}

export type TamedClient = InstanceType<typeof wwebjs.Client>;

/** What a run hears of its page besides the library's events. */
export interface PageLife {
  readonly documents: MainDocuments;
  isInjecting(): boolean;
  /** The page announced its logout, and is still there. */
  wasLogoutHeard(): boolean;
  /** Called with the version of each document, before the library is put into it. */
  onVersion: (version: string) => void;
  onSignal: (name: SignalName, value: number | null) => void;
}

/**
 * The library's client, without its habit of starting work without awaiting it:
 * - after every navigation of any frame it injects itself again, and rejects into nowhere when the page moves on
 *   meanwhile; here it does so once per document, and an injection that fails for good is noticed by the page monitor,
 *   which then hears no life
 * - it handles the end of the sync twice when told twice, and then hears every message twice; here a second telling joins
 *   the first
 * - it keeps the page's own text in its cache, over what lies there and not atomically; here `builds/` keeps pages
 * - on a state it does not accept it closes the browser by itself; here the run does that, and proves it
 * - after a logout it tells its strategy again that the browser is there, which it has been all the time
 *
 * `onBrowser` runs once, when the browser is there and before any page is loaded; what we need in every document is
 * put in place right after it.
 */
export function tamedClient(
  options: ClientOptions,
  onBrowser: (life: PageLife, wiring: PageWiring) => void,
): TamedClient {
  const client = new wwebjs.Client({ ...options, authStrategy: new wwebjs.NoAuth() });
  const untyped = client as unknown as Untyped;
  let isKnown = false;
  untyped.authStrategy.afterBrowserInitialized = async () => {
    if (isKnown) return;
    isKnown = true;
    if (client.pupPage === undefined || client.pupPage === null) throw new Error('the browser has no page');
    const life = livePage(untyped, client.pupPage, options.authTimeoutMs ?? 0);
    const wiring = new PageWiring(client, client.pupPage);
    onBrowser(life, wiring);
    await wiring.install();
    await client.pupPage.exposeFunction('leadmasterSignal', (name: SignalName, value: number | null) =>
      life.onSignal(name, value),
    );
    // A pinned page is served by intercepting the navigation, which WhatsApp's service worker would answer first.
    if (options.webVersion !== LIVE_VERSION) await client.pupPage.setBypassServiceWorker(true);
  };
  untyped.destroy = async () => undefined;
  const servePinned = untyped.initWebVersionCache.bind(client);
  untyped.initWebVersionCache = async () => {
    if (options.webVersion !== LIVE_VERSION) return servePinned();
  };
  return client;
}

/** Takes the page's documents over from the library: what is put into which, and when. */
function livePage(untyped: Untyped, page: Page, loadMs: number): PageLife {
  const documents = new MainDocuments(page);
  guardSyncHandler(page, documents);
  const attach = untyped.attachEventListeners.bind(untyped);
  untyped.attachEventListeners = () => attachListeners(page, documents, attach);
  const inject = untyped.inject.bind(untyped);
  const injection = new Injection(
    documents,
    async () => {
      const start = performance.now();
      const version = await prepare(page, loadMs);
      if (version !== null) documents.unbound(() => life.onVersion(version));
      // The library waits for the version again; 0 would be its own default.
      untyped.options.authTimeoutMs = Math.max(1, loadMs - (performance.now() - start));
      await inject();
    },
    loadMs,
  );
  const life: PageLife = {
    documents,
    isInjecting: () => injection.isRunning,
    wasLogoutHeard: () => untyped.lastLoggedOut,
    onVersion: () => undefined,
    onSignal: () => undefined,
  };
  let isFirst = true;
  untyped.inject = () => {
    // The library awaits only its first injection.
    if (!isFirst) return injection.request().catch(() => undefined);
    isFirst = false;
    documents.onNew(() => void injection.request().catch(() => undefined));
    return injection.request();
  };
  return life;
}
