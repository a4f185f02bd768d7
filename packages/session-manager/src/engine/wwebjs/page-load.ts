import type { HTTPResponse, Page } from 'puppeteer-core';
import type { EngineEvent } from '../engine.ts';
import type { MainDocuments } from './documents.ts';

type PageEvent = Extract<EngineEvent, { type: 'page' }>;

/**
 * Which page was loaded: its build, and its HTML where it is WhatsApp's own: from the network, or from the service worker,
 * which answers for every login that was saved before. A pin serves what is kept here already.
 */
export class PageLoad {
  readonly #page: Page;
  readonly #isPinned: (url: string) => boolean;
  readonly #emit: (event: PageEvent) => void;
  #html: Promise<string | null> = Promise.resolve(null);
  #told: { build: string; withHtml: boolean } | null = null;

  /** `isPinned`: whether an address is answered with a kept page. */
  constructor(
    page: Page,
    documents: MainDocuments,
    isPinned: (url: string) => boolean,
    emit: (event: PageEvent) => void,
  ) {
    this.#page = page;
    this.#isPinned = isPinned;
    this.#emit = emit;
    page.on('response', (response) => this.#onResponse(response));
    documents.onNew(() => void this.#html.then((html) => this.#tell(buildOf(html), html)));
  }

  /** The page says its version, which its HTML may not have named. */
  async said(build: string): Promise<void> {
    const html = await this.#html;
    this.#tell(buildOf(html) ?? build, html);
  }

  #onResponse(response: HTTPResponse): void {
    const request = response.request();
    if (!request.isNavigationRequest() || response.frame() !== this.#page.mainFrame()) return;
    const isWhatsApps = response.ok() && !this.#isPinned(response.url());
    this.#html = isWhatsApps ? response.text().catch(() => null) : Promise.resolve(null);
  }

  /** Once per build, and once more when its HTML comes. The HTML is not held here: it is large. */
  #tell(build: string | null, html: string | null): void {
    if (build === null) return;
    this.#html = Promise.resolve(null);
    const isKnown = build === this.#told?.build;
    if (isKnown && (html === null || this.#told?.withHtml)) return;
    this.#told = { build, withHtml: html !== null };
    this.#emit({ type: 'page', build, html });
  }
}

/** The build that a page's HTML names, as WhatsApp counts them (whatsapp-web-2026, 3.3). */
export function buildOf(html: string | null): string | null {
  const revision = /"client_revision":\s*(\d{6,12})\b/.exec(html ?? '')?.[1];
  return revision === undefined ? null : `2.3000.${revision}`;
}
