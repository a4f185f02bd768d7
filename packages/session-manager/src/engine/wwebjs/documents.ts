import { AsyncLocalStorage } from 'node:async_hooks';
import { within } from '@leadmaster/service-kit/wait';
import type { Frame, HTTPRequest, Page } from 'puppeteer-core';

/**
 * The documents that the page's main frame has shown, one after the other. WhatsApp's page reloads itself now and
 * then (whatsapp-web-2026, 3.4); puppeteer's `framenavigated` also comes for other frames and for `history.pushState`,
 * so a document counts only when a request for it was seen.
 *
 * Work that belongs to one document can be bound to it: once the next document is there, `page.evaluate` rejects to that
 * work instead of reaching a page that it was not meant for.
 */
export class MainDocuments {
  readonly #page: Page;
  readonly #bound = new AsyncLocalStorage<number>();
  readonly #listeners: ((url: URL) => void)[] = [];
  #current = 0;
  #isLeaving = false;
  #next = Promise.withResolvers<void>();

  constructor(page: Page) {
    this.#page = page;
    page.on('request', (request) => this.#onRequest(request, true));
    page.on('requestfailed', (request) => this.#onRequest(request, false));
    page.on('framenavigated', (frame) => this.#onNavigated(frame));
    this.#guardEvaluate();
  }

  /** The number of the document that the main frame shows; 0 before the first. */
  get current(): number {
    return this.#current;
  }

  /** Called with the address of each new document, before anything of it was asked. */
  onNew(listener: (url: URL) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether the document is gone, or about to be: its next one has been asked for. */
  isGone(document: number): boolean {
    return document !== this.#current || this.#isLeaving;
  }

  /** Resolves when the next document is there, or after `ms`. */
  async next(ms: number): Promise<void> {
    await within(ms, this.#next.promise, null);
  }

  /** Runs work for the present document, all it awaits included. */
  bind<T>(work: () => Promise<T>): Promise<T> {
    return this.#bound.run(this.#current, work);
  }

  /** Runs work for the document that is there when it asks, although bound work calls it. */
  unbound<T>(work: () => T): T {
    return this.#bound.exit(work);
  }

  #guardEvaluate(): void {
    const evaluate = this.#page.evaluate.bind(this.#page);
    const guarded = (...input: Parameters<typeof evaluate>) => {
      const mine = this.#bound.getStore();
      if (mine !== undefined && mine !== this.#current) return Promise.reject(new DocumentGone());
      return evaluate(...input);
    };
    this.#page.evaluate = guarded as Page['evaluate'];
  }

  #onRequest(request: HTTPRequest, isComing: boolean): void {
    if (request.isNavigationRequest() && request.frame() === this.#page.mainFrame()) this.#isLeaving = isComing;
  }

  #onNavigated(frame: Frame): void {
    if (frame !== this.#page.mainFrame() || !this.#isLeaving) return;
    this.#isLeaving = false;
    this.#current += 1;
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    const url = URL.parse(frame.url()) ?? new URL('about:blank');
    for (const listener of this.#listeners) listener(url);
  }
}

/** The document that the work belonged to is no longer there. */
class DocumentGone extends Error {
  override readonly name = 'DocumentGone';

  constructor() {
    super('the page has loaded another document since');
  }
}
