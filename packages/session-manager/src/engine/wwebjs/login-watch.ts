import type { EngineEvent } from '../engine.ts';
import { readLeaving } from './leaving.ts';
import type { PageSnapshot } from './page/snapshot.ts';

/** The terms were refused: the page logs itself out. */
const TOS_REFUSED = 3;

export interface SettleSettings {
  /** How long a document that came after a login must wait for a scan before it counts as unlinked. */
  newDocumentMs: number;
  /** The same for the document that was logged in: it may be about to leave, and its address then says why. */
  sameDocumentMs: number;
}

/**
 * Watches for the end of the login: by the address of a document, by the page's own command, or by a page that was logged
 * in and then waits for a scan. A glimpse of such a page proves nothing: while it reloads itself it may not have
 * read its login yet.
 */
export class LoginWatch {
  readonly #settings: SettleSettings;
  #wasLoggedIn = false;
  #tos: number | null = null;
  #isSameDocument = true;
  #unpairedSince: number | null = null;

  constructor(settings: SettleSettings) {
    this.#settings = settings;
  }

  /** This run has been logged in: a QR is no longer an offer to link. */
  get wasLoggedIn(): boolean {
    return this.#wasLoggedIn;
  }

  /** The page waits for a scan although it was logged in; it is not settled yet. */
  get isInDoubt(): boolean {
    return this.#unpairedSince !== null;
  }

  loggedIn(): void {
    this.#wasLoggedIn = true;
  }

  heardTos(tos: number | null): void {
    this.#tos = tos;
  }

  /** A new document is there. `wasHeard`: the page announced its logout before. */
  navigated(url: URL, wasHeard: boolean): EngineEvent | null {
    this.#isSameDocument = false;
    this.#unpairedSince = null;
    const left = readLeaving(url);
    if (left?.type === 'erased') return left;
    return left !== null || wasHeard ? this.#unlinked('LOGOUT') : null;
  }

  judge(snapshot: PageSnapshot, now: number): EngineEvent | null {
    if (snapshot.tos === TOS_REFUSED) this.#tos = snapshot.tos;
    if (snapshot.state === 'CONNECTED') {
      // The document after the logout knows no terms: only one that is logged in takes a refusal back.
      if (snapshot.tos !== null) this.#tos = snapshot.tos;
      this.#wasLoggedIn = true;
      this.#isSameDocument = true;
    }
    const isUnpaired = snapshot.state === 'UNPAIRED' || snapshot.state === 'UNPAIRED_IDLE';
    if (!this.#wasLoggedIn || !isUnpaired) {
      this.#unpairedSince = null;
      return null;
    }
    this.#unpairedSince ??= now;
    const { sameDocumentMs, newDocumentMs } = this.#settings;
    const settledMs = this.#isSameDocument ? sameDocumentMs : newDocumentMs;
    return now - this.#unpairedSince < settledMs ? null : this.#unlinked('UNPAIRED');
  }

  #unlinked(reason: string): EngineEvent {
    return { type: 'unlinked', reason: this.#tos === TOS_REFUSED ? 'terms_refused' : reason };
  }
}
