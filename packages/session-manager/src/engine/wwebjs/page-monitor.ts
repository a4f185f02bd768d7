import type { Page } from 'puppeteer-core';
import type { EngineEvent } from '../engine.ts';
import { announceSync, type PageSnapshot, refreshQr, takeSnapshot } from './page-scripts.ts';

/**
 * Watches WhatsApp's page, because the library is silent about half of what can happen to it: a ban or an outdated
 * version at start, a sync that ended too early, QRs that ran out, a page that stopped answering (facts, library 1, 5, 6, 9).
 */
export class PageMonitor {
  readonly #page: Page;
  readonly #emit: (event: EngineEvent) => void;
  readonly #settings: MonitorSettings;
  readonly #stopped = new AbortController();
  #wake: () => void = () => undefined;
  #ready = false;
  #authenticated = false;
  #qrRounds = 0;
  #idleSeen = false;
  #offeredQr = false;
  #betweenSince: number | null = null;
  #unannouncedSince: number | null = null;
  #downSince: number | null = null;
  #downTold = false;

  constructor(page: Page, emit: (event: EngineEvent) => void, settings: MonitorSettings) {
    this.#page = page;
    this.#emit = emit;
    this.#settings = settings;
  }

  /** Looks until `stop` is called. Never rejects. */
  async watch(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const snapshot = await this.#look();
      if (this.#stopped.signal.aborted) return;
      if (snapshot !== null) await this.#judge(snapshot);
      await this.#pause(this.#interval());
    }
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake();
  }

  /** The library said READY: from now on looks are probes. */
  setReady(): void {
    this.#ready = true;
    this.#unannouncedSince = null;
  }

  /** The library has told of a QR, which it may do between two looks. */
  setQrOffered(): void {
    this.#offeredQr = true;
  }

  /** Something changed in the page: look now. */
  hurry(): void {
    this.#wake();
  }

  #interval(): number {
    if (!this.#ready) return this.#settings.startingMs;
    return this.#downSince === null ? this.#settings.probeMs : this.#settings.startingMs;
  }

  async #look(): Promise<PageSnapshot | null> {
    const overdue = Promise.withResolvers<null>();
    const timer = setTimeout(() => overdue.resolve(null), this.#settings.lookDeadlineMs);
    try {
      return await Promise.race([this.#page.evaluate(takeSnapshot), overdue.promise]);
    } catch {
      // A navigation replaced the page under the question; the next look asks the new one. A page that stays dead is
      // noticed by the watchdog, which hears no `alive`.
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  async #judge(snapshot: PageSnapshot): Promise<void> {
    const verdict = snapshot.state === null ? null : FINAL_STATES[snapshot.state];
    if (verdict) this.#emit(verdict);
    else if (snapshot.state === 'UNPAIRED_IDLE') await this.#nextQrRound();
    else if (snapshot.state === 'CONNECTED') await this.#connected(snapshot);
    else if (this.#ready) this.#down(snapshot.state ?? 'UNKNOWN');
    this.#watchLinking(snapshot.state ?? 'UNKNOWN');
    if (snapshot.state !== 'UNPAIRED_IDLE') this.#idleSeen = false;
  }

  /** A page that offered a QR and then is neither waiting nor linked: WhatsApp is away, or the page cannot go on (a full disk). */
  #watchLinking(state: string): void {
    const isWaiting = state === 'UNPAIRED' || state === 'UNPAIRED_IDLE';
    this.#offeredQr ||= isWaiting;
    if (isWaiting || !this.#offeredQr || this.#authenticated) {
      this.#betweenSince = null;
      return;
    }
    this.#betweenSince ??= performance.now();
    if (performance.now() - this.#betweenSince < this.#settings.linkingMs) return;
    this.#betweenSince = null;
    this.#emit({ type: 'lost', reason: 'page_failed', detail: `no QR can be scanned: the page is ${state}` });
  }

  async #connected(snapshot: PageSnapshot): Promise<void> {
    if (!this.#authenticated) {
      this.#authenticated = true;
      this.#emit({ type: 'authenticated' });
    }
    if (!snapshot.synced) return;
    if (!snapshot.injected) await this.#announceIfForgotten(snapshot);
    if (!this.#ready || !snapshot.injected) return;
    this.#emit({ type: 'alive' });
    if (this.#downTold) this.#emit({ type: 'socket_up' });
    this.#downSince = null;
    this.#downTold = false;
  }

  /** The library handles a sync that ends while it listens; one that had ended before, it never hears of. */
  async #announceIfForgotten(snapshot: PageSnapshot): Promise<void> {
    if (!snapshot.hooked) return;
    const now = performance.now();
    this.#unannouncedSince ??= now;
    if (now - this.#unannouncedSince < this.#settings.forgottenAfterMs) return;
    this.#unannouncedSince = now + this.#settings.lookDeadlineMs;
    await this.#page.evaluate(announceSync).catch(() => null);
  }

  async #nextQrRound(): Promise<void> {
    if (this.#idleSeen) return;
    this.#idleSeen = true;
    this.#qrRounds += 1;
    if (this.#qrRounds >= this.#settings.qrRounds) {
      this.#emit({ type: 'qr_exhausted' });
      return;
    }
    // Failing leaves the page idle; the next look tries again.
    await this.#page.evaluate(refreshQr).catch(() => {
      this.#idleSeen = false;
    });
  }

  #down(state: string): void {
    const now = performance.now();
    this.#downSince ??= now;
    if (this.#downTold || now - this.#downSince < this.#settings.downGraceMs) return;
    this.#downTold = true;
    this.#emit({ type: 'socket_down', state });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped.signal.aborted) this.#wake();
    });
  }
}

export interface MonitorSettings {
  /** Between looks while starting, and while the connection is down. */
  startingMs: number;
  /** Between looks while READY. */
  probeMs: number;
  lookDeadlineMs: number;
  /** A connection that comes back within this was never told to be down. */
  downGraceMs: number;
  /** How long a finished sync may go unnoticed by the library before it is told. */
  forgottenAfterMs: number;
  qrRounds: number;
  /** How long a page that has offered a QR may be neither waiting for a scan nor linked. */
  linkingMs: number;
}

/** Socket states that end a run, in WhatsApp's words. */
export const FINAL_STATES: Readonly<Record<string, EngineEvent>> = {
  TOS_BLOCK: { type: 'banned' },
  SMB_TOS_BLOCK: { type: 'banned' },
  CONFLICT: { type: 'conflict' },
  DEPRECATED_VERSION: { type: 'deprecated' },
};
