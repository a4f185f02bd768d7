import { Alarm, within } from '@leadmaster/service-kit/wait';
import type { Page } from 'puppeteer-core';
import type { EngineEvent } from '../engine.ts';
import { AccountWatch } from './account-watch.ts';
import { type ConnectionSettings, ConnectionWatch } from './connection-watch.ts';
import { type LinkingSettings, LinkingWatch } from './linking-watch.ts';
import { LoginWatch, type SettleSettings } from './login-watch.ts';
import { readAccountPreferences } from './page/account.ts';
import { announceSync, refreshQr } from './page/commands.ts';
import type { SignalName } from './page/signals.ts';
import { type PageSnapshot, takeSnapshot } from './page/snapshot.ts';
import { closeWhatsNew } from './page/whats-new.ts';
import { verdictOf } from './page-verdicts.ts';

/** The page says that it is connected, and can neither send nor keep what comes in. */
const DATABASES_GONE: EngineEvent = {
  type: 'lost',
  reason: 'page_failed',
  detail: 'Chromium has closed the databases of the page after an error of the disk',
};

/**
 * Looks at WhatsApp's page again and again, because the library is silent about half of what can happen to it: a ban or
 * an outdated version at start, a sync that ended too early, QRs that ran out, a page that stopped answering (facts,
 * library 1, 5, 6, 9). The watches decide what a look means: of the login, of the linking, of the connection, of the
 * account.
 */
export class PageMonitor {
  readonly #page: Page;
  readonly #emit: (event: EngineEvent) => void;
  readonly #settings: MonitorSettings;
  readonly #isInjecting: () => boolean;
  readonly #login: LoginWatch;
  readonly #linking: LinkingWatch;
  readonly #connection: ConnectionWatch;
  readonly #account: AccountWatch;
  readonly #stopped = new AbortController();
  readonly #alarm = new Alarm();
  #unannouncedSince: number | null = null;
  /** How often in a row the page had lost its databases. */
  #looksWithoutDatabases = 0;

  constructor(page: Page, input: MonitorInput) {
    const { emit, settings, whatsappNow, isInjecting } = input;
    this.#page = page;
    this.#emit = emit;
    this.#settings = settings;
    this.#isInjecting = isInjecting;
    this.#login = new LoginWatch(settings.settle);
    this.#linking = new LinkingWatch(settings.linking, emit, () => page.evaluate(refreshQr));
    this.#connection = new ConnectionWatch(settings.connection, emit);
    this.#account = new AccountWatch(emit, whatsappNow);
  }

  /** Looks until `stop` is called. Never rejects. */
  async watch(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const snapshot = await this.#ask(() => this.#page.evaluate(takeSnapshot));
      if (this.#stopped.signal.aborted) return;
      if (snapshot !== null) await this.#judge(snapshot);
      await this.#alarm.sleep(this.#interval(), this.#stopped.signal);
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** The library reported READY: from now on looks are probes. */
  ready(): void {
    this.#login.loggedIn();
    this.#connection.ready();
    this.#account.ready();
    this.#unannouncedSince = null;
    this.hurry();
  }

  /** The library tells of a QR. After a login it is no offer: the page may be on its way back, or its login is over. */
  qr(qr: string): void {
    if (this.#login.wasLoggedIn) this.hurry();
    else this.#linking.offered(qr);
  }

  /** A document is there that the main frame did not show before. `wasHeard`: the page announced its logout. */
  navigated(url: URL, wasHeard: boolean): void {
    this.#linking.navigated();
    const leaving = this.#login.navigated(url, wasHeard);
    if (leaving !== null) this.#emit(leaving);
    else this.#connection.navigated(performance.now());
    this.hurry();
  }

  /** The page says that it is still reading what was sent to it. */
  progress(percent: number): void {
    this.#connection.progressed(performance.now());
    this.#emit({ type: 'progress', percent });
  }

  signal(name: SignalName, value: number | null): void {
    if (name === 'tos') this.#login.heardTos(value);
    if (name === 'passkey') this.#linking.passkeyAsked();
    this.hurry();
  }

  /** Something changed in the page: look now. */
  hurry(): void {
    this.#alarm.ring();
  }

  #interval(): number {
    const isCalm = this.#connection.isReady && this.#connection.isCalm && !this.#login.isInDoubt;
    return isCalm ? this.#settings.probeMs : this.#settings.startingMs;
  }

  /**
   * The page's answer; null when none came in time, or a navigation replaced the page under the question: the next look
   * asks the new one. A page that stays dead is noticed by the watchdog, which hears no `alive`.
   */
  #ask<T>(question: () => Promise<T>): Promise<T | null> {
    const answer = question().catch(() => null);
    return within(this.#settings.lookDeadlineMs, answer, null);
  }

  async #judge(snapshot: PageSnapshot): Promise<void> {
    const now = performance.now();
    const end = this.#login.judge(snapshot, now) ?? verdictOf(snapshot);
    if (end !== null) return this.#emit(end);
    if (this.#login.isInDoubt) return;
    this.#connection.judge(snapshot, now);
    await this.#linking.judge(snapshot, this.#connection.isAuthenticated, now);
    if (snapshot.state !== 'CONNECTED' || !snapshot.synced) return;
    if (!snapshot.injected) await this.#announceIfForgotten(snapshot, now);
    else if (this.#connection.isReady) await this.#lookAtAccount(snapshot);
  }

  /** The library handles a sync that ends while it listens; one that had ended before, it never hears of. */
  async #announceIfForgotten(snapshot: PageSnapshot, now: number): Promise<void> {
    // The function stays over a navigation; the library's own listeners come with the injection.
    if (!snapshot.hooked || this.#isInjecting()) return;
    this.#unannouncedSince ??= now;
    if (now - this.#unannouncedSince < this.#settings.forgottenAfterMs) return;
    this.#unannouncedSince = now + this.#settings.lookDeadlineMs;
    await this.#ask(() => this.#page.evaluate(announceSync));
  }

  async #lookAtAccount({ whatsNew }: PageSnapshot): Promise<void> {
    const preferences = await this.#ask(() => this.#page.evaluate(readAccountPreferences));
    if (this.#stopped.signal.aborted) return;
    this.#looksWithoutDatabases = preferences === 'databases_gone' ? this.#looksWithoutDatabases + 1 : 0;
    // Once may be a page that is about to leave.
    if (this.#looksWithoutDatabases >= 2) return this.#emit(DATABASES_GONE);
    if (preferences !== null && preferences !== 'databases_gone') this.#account.judge(preferences);
    if (whatsNew) await this.#ask(() => this.#page.evaluate(closeWhatsNew));
  }
}

export interface MonitorInput {
  emit: (event: EngineEvent) => void;
  settings: MonitorSettings;
  whatsappNow: () => Date;
  /** Whether the library is being put into the page at the moment. */
  isInjecting: () => boolean;
}

export interface MonitorSettings {
  /** Between looks while starting, and while the connection is down. */
  startingMs: number;
  /** Between looks while READY. */
  probeMs: number;
  lookDeadlineMs: number;
  /** How long a finished sync may go unnoticed by the library before LeadMaster tells it. */
  forgottenAfterMs: number;
  settle: SettleSettings;
  linking: LinkingSettings;
  connection: ConnectionSettings;
}
