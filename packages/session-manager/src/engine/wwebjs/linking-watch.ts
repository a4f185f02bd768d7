import type { EngineEvent } from '../engine.ts';
import type { PageSnapshot } from './page/snapshot.ts';

/** How long WhatsApp's page waits for a passkey at each of its stages (whatsapp-web-2026, 4.2). */
const PASSKEY_STAGE_MS = 120_000;
/** The page says in more than one way that it asks for a passkey; within this it is the same ceremony. */
const SAME_PASSKEY_MS = 500;
/** WhatsApp shows the first QR for a minute, the others for twenty seconds (facts: worth playing faithfully). */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QRS_PER_ROUND = 6;

export interface LinkingSettings {
  qrRounds: number;
  /** How long a page that has offered a QR may be neither waiting for a scan nor linked. */
  linkingMs: number;
}

/** Watches a page that is to be linked: its QRs, the end of their allowance, a passkey that it wants, a page that cannot continue. */
export class LinkingWatch {
  readonly #settings: LinkingSettings;
  readonly #emit: (event: EngineEvent) => void;
  readonly #refresh: () => Promise<void>;
  #qrs = 0;
  #rounds = 0;
  #isIdle = false;
  #isFirstOfPage = true;
  #hasOffered = false;
  #betweenSince: number | null = null;
  #wantsPasskey = false;
  #passkeyToldAt = Number.NEGATIVE_INFINITY;

  /** `refresh` asks the page for its next round of QRs. */
  constructor(settings: LinkingSettings, emit: (event: EngineEvent) => void, refresh: () => Promise<void>) {
    this.#settings = settings;
    this.#emit = emit;
    this.#refresh = refresh;
  }

  /** The page shows a QR. One that reloads itself between them never runs out of them: they are counted here. */
  offered(qr: string): void {
    this.#hasOffered = true;
    if (this.#qrs >= this.#settings.qrRounds * QRS_PER_ROUND) {
      this.#emit({ type: 'qr_exhausted' });
      return;
    }
    const isFirst = this.#isFirstOfPage || this.#qrs % QRS_PER_ROUND === 0;
    this.#isFirstOfPage = false;
    this.#qrs += 1;
    const expiresAt = new Date(Date.now() + (isFirst ? FIRST_QR_MS : NEXT_QR_MS));
    this.#emit({ type: 'qr', qr, expiresAt, attempt: this.#qrs });
  }

  /** Another document is there; its QRs begin again. */
  navigated(): void {
    this.#isFirstOfPage = true;
  }

  /** The page asks for a passkey, perhaps again between two looks, or has come to a stage that has its own time. */
  passkeyAsked(): void {
    if (!this.#hasOffered || performance.now() - this.#passkeyToldAt < SAME_PASSKEY_MS) return;
    this.#wantsPasskey = true;
    this.#tellPasskey();
  }

  async judge(snapshot: PageSnapshot, isAuthenticated: boolean, now: number): Promise<void> {
    this.#watchPasskey(snapshot.wantsPasskey && !isAuthenticated);
    this.#watchBetween(snapshot, isAuthenticated, now);
    if (snapshot.state === 'UNPAIRED_IDLE') await this.#nextRound();
    else this.#isIdle = false;
  }

  #watchPasskey(wantsPasskey: boolean): void {
    const isNew = wantsPasskey && !this.#wantsPasskey;
    this.#wantsPasskey = wantsPasskey;
    if (isNew) this.#tellPasskey();
  }

  #tellPasskey(): void {
    this.#passkeyToldAt = performance.now();
    this.#emit({ type: 'passkey', until: new Date(Date.now() + PASSKEY_STAGE_MS) });
  }

  /** Offered a QR, and then neither waiting nor linked: WhatsApp is away, or the page cannot continue (a full disk). */
  #watchBetween({ state, wantsPasskey }: PageSnapshot, isAuthenticated: boolean, now: number): void {
    const isWaiting = state === 'UNPAIRED' || state === 'UNPAIRED_IDLE';
    this.#hasOffered ||= isWaiting;
    if (isWaiting || wantsPasskey || !this.#hasOffered || isAuthenticated) {
      this.#betweenSince = null;
      return;
    }
    this.#betweenSince ??= now;
    if (now - this.#betweenSince < this.#settings.linkingMs) return;
    this.#betweenSince = null;
    const detail = `no QR can be scanned: the page is ${state ?? 'UNKNOWN'}`;
    this.#emit({ type: 'lost', reason: 'page_failed', detail });
  }

  async #nextRound(): Promise<void> {
    if (this.#isIdle) return;
    this.#isIdle = true;
    this.#rounds += 1;
    if (this.#rounds >= this.#settings.qrRounds) return this.#emit({ type: 'qr_exhausted' });
    // Failing leaves the page idle; the next look tries again.
    await this.#refresh().catch(() => {
      this.#isIdle = false;
    });
  }
}
