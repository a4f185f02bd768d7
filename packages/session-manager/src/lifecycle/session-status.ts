import {
  type Account,
  type AccountLimits,
  type Health,
  type QrCode,
  type Runtime,
  type SessionState,
  stateKind,
} from '@leadmaster/protocol';
import { hintFor } from './hints.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** A browser's last words may be pages long; the log has all of them. */
const TROUBLE_MAX = 500;

/** What is known of a session when its supervisor is made. */
export interface KnownSession {
  name: string;
  state: SessionState;
  reason: string;
  since: Date;
  account: Account | null;
  health: Health;
}

/** What the outside is shown. */
export interface SupervisorView {
  state: SessionState;
  reason: string;
  hint: string;
  since: Date;
  attempts: number;
  nextAttemptAt: Date | null;
  account: Account | null;
  health: Health;
  limits: AccountLimits | null;
  /** What a living session needs a person for. */
  attention: 'integrity_challenge' | null;
  runtime: Runtime | null;
}

/** Where a session stands, in memory and on disk. Written by its supervisor alone. */
export class SessionStatus {
  readonly #deps: SupervisorDeps;
  readonly #name: string;
  #state: SessionState;
  #reason: string;
  #since: Date;
  /** What was wrong, in the words of whoever noticed: set in ERROR alone. */
  #trouble = '';
  #health: Health;
  #limits: AccountLimits | null = null;
  #attention: 'integrity_challenge' | null = null;
  #qr: QrCode | null = null;
  account: Account | null;
  /** When the page gives up waiting for a passkey. */
  passkeyUntil: Date | null = null;
  /** Starts tried since the last stable READY. */
  attempts = 0;
  nextAttemptAt: Date | null = null;

  constructor(deps: SupervisorDeps, known: KnownSession) {
    this.#deps = deps;
    this.#name = known.name;
    this.#state = known.state;
    this.#reason = known.reason;
    this.#since = known.since;
    this.#health = known.health;
    this.account = known.account;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The QR to scan now; null in every state but QR_REQUIRED. */
  get qr(): QrCode | null {
    return this.#qr;
  }

  view(runtime: Runtime | null): SupervisorView {
    return {
      state: this.#state,
      reason: this.#reason,
      hint: this.#hint(),
      since: this.#since,
      attempts: this.attempts,
      nextAttemptAt: this.nextAttemptAt,
      account: this.account,
      health: this.#health,
      limits: this.#limits,
      attention: this.#attention,
      runtime,
    };
  }

  /** Makes a state true and writes it down with its reason; listeners hear of it once it is durable. */
  moveTo(state: SessionState, reason: string, detail?: string): void {
    const from = this.#state;
    this.#state = state;
    this.#reason = reason;
    this.#since = new Date();
    this.#trouble = state === 'ERROR' ? (detail ?? '').slice(0, TROUBLE_MAX) : '';
    if (state !== 'DISCONNECTED_RECOVERABLE') this.nextAttemptAt = null;
    if (state !== 'QR_REQUIRED') this.#qr = null;
    this.#deps.log.info({ session: this.#name, from, to: state, reason, detail }, 'session state');
    try {
      this.#deps.store.transitions.record(this.#name, { from, to: state, reason, data: this.#facts(detail) });
    } catch (error) {
      // The session goes on (a browser must still be closed on a full disk); nobody is told of what was not written.
      this.#deps.log.error({ session: this.#name, err: error }, 'the state could not be written');
    }
  }

  /** What WhatsApp allows the account now; told when it is news. */
  setLimits(newChats: AccountLimits['newChats']): void {
    if (JSON.stringify(newChats) === JSON.stringify(this.#limits?.newChats)) return;
    this.#limits = { newChats, since: new Date().toISOString() };
    this.#deps.store.events.append({ session: this.#name, type: 'session.limits', data: { ...this.#limits } });
  }

  /** Something on a living session needs a person, or no longer does. */
  setAttention(reason: 'integrity_challenge' | null): void {
    if (reason === this.#attention) return;
    this.#attention = reason;
    this.#deps.store.events.append({ session: this.#name, type: 'session.attention', data: { reason } });
  }

  showQr(qr: QrCode): void {
    this.#qr = qr;
    const data = { attempt: qr.attempt, expiresAt: qr.expiresAt };
    this.#deps.store.events.append({ session: this.#name, type: 'session.qr', data });
  }

  /** Notes signs of life that came just now. */
  sawLife(...signs: (keyof Health)[]): void {
    const now = new Date().toISOString();
    this.#health = { ...this.#health, ...Object.fromEntries(signs.map((sign) => [sign, now])) };
  }

  /** Writes down when the session last showed life: kept in memory meanwhile, since nothing is lost with a minute of it. */
  saveHealth(): void {
    try {
      this.#deps.store.sessions.touch(this.#name, this.#health);
    } catch (error) {
      this.#deps.log.warn({ session: this.#name, err: error }, 'when it last showed life could not be written');
    }
  }

  #facts(detail: string | undefined): Record<string, unknown> {
    return {
      stateKind: stateKind(this.#state),
      hint: this.#hint(),
      attempts: this.attempts,
      ...(detail === undefined ? {} : { detail }),
    };
  }

  /** The thing and the cure. */
  #hint(): string {
    const cure = hintFor(this.#state, this.#reason, this.#name, this.#deps.config.loginMode);
    return this.#trouble === '' ? cure : `${this.#trouble.replace(/[.\s]*$/, '')}. ${cure}`;
  }
}
