import { isDeepStrictEqual } from 'node:util';
import {
  type Account,
  type AccountLimits,
  type Attention,
  type Health,
  isLoginErased,
  type QrCode,
  type Runtime,
  type SessionState,
  stateKind,
  type Unreachable,
} from '@leadmaster/protocol';
import { newestGoodSnapshot } from '../snapshots/known-good.ts';
import { movedTo } from '../state/moved-session.ts';
import type { WrongAccount } from '../state/rows.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { cleanWords } from './clean-words.ts';
import { olderLogin, placeChange } from './held-back.ts';
import { hintFor } from './hints.ts';
import { isStarting } from './machine.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** What is known of a session when its supervisor is made. */
export interface KnownSession {
  name: string;
  state: SessionState;
  reason: string;
  since: Date;
  /** What the profile's record says is linked. */
  account: Account | null;
  /** Whose session it is, and what is linked instead. */
  owner: Account | null;
  wrong: WrongAccount | null;
  health: Health;
}

/** Why WhatsApp Web was not reached, and when that was last seen. */
export type UnreachableSince = Unreachable & { at: string };

/** What the outside is shown. */
export interface SupervisorView {
  state: SessionState;
  reason: string;
  hint: string;
  since: Date;
  attempts: number;
  nextAttemptAt: Date | null;
  account: Account | null;
  /** Whose session it is. */
  owner: Account | null;
  health: Health;
  limits: AccountLimits | null;
  /** Why a running session needs a person. */
  attention: Attention | null;
  /** Why the last try did not reach WhatsApp Web; null = it did, or nothing is being tried. */
  unreachable: UnreachableSince | null;
  /** When the page gives up waiting for a passkey; null when it does not wait for one, or does not say. */
  passkeyUntil: Date | null;
  runtime: Runtime | null;
}

/** Reasons beside ERROR whose hint begins with what was noticed. */
const TOLD_WITH_ITS_WORDS: ReadonlySet<string> = new Set(['account_locked', 'storage_failed']);

/** Where a session stands, in memory and on disk. Written by its supervisor alone. */
export class SessionStatus {
  readonly #deps: SupervisorDeps;
  readonly #name: string;
  readonly #keeper: AccountKeeper;
  #state: SessionState;
  #reason: string;
  #since: Date;
  /** What was wrong, in the words of the error: set where the operator must know them. */
  #trouble: string;
  #health: Health;
  #limits: AccountLimits | null;
  #attention: Attention | null;
  #unreachable: UnreachableSince | null = null;
  #passkeyUntil: Date | null = null;
  #qr: QrCode | null = null;
  /** What is linked, whosever it is; null where no login is in place. */
  account: Account | null;
  /** Starts tried since the last stable READY. */
  attempts = 0;
  nextAttemptAt: Date | null = null;

  constructor(deps: SupervisorDeps, known: KnownSession, keeper: AccountKeeper) {
    this.#deps = deps;
    this.#keeper = keeper;
    this.#name = known.name;
    this.#state = known.state;
    this.#reason = known.reason;
    this.#since = known.since;
    this.#health = known.health;
    this.account = known.account;
    const { limits, attention, said } = deps.store.pages.get(known.name);
    this.#limits = limits;
    this.#attention = attention;
    this.#trouble = said ?? '';
  }

  get state(): SessionState {
    return this.#state;
  }

  get reason(): string {
    return this.#reason;
  }

  get passkeyUntil(): Date | null {
    return this.#passkeyUntil;
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
      owner: this.#keeper.rightful,
      health: this.#health,
      limits: this.#limits,
      attention: this.#attention,
      unreachable: this.#unreachable,
      passkeyUntil: this.#passkeyUntil,
      runtime,
    };
  }

  /** Makes a state true and writes it down with its reason; listeners hear of it once it is durable. */
  moveTo(state: SessionState, reason: string, detail?: string): void {
    const from = this.#state;
    this.#state = state;
    this.#reason = reason;
    this.#since = new Date();
    this.#trouble = state === 'ERROR' || TOLD_WITH_ITS_WORDS.has(reason) ? cleanWords(detail ?? '') : '';
    if (state !== 'DISCONNECTED_RECOVERABLE') this.nextAttemptAt = null;
    if (state === 'QR_REQUIRED' || !isReaching(state, reason)) this.#unreachable = null;
    if (state !== 'QR_REQUIRED') this.#qr = null;
    if (state !== 'PASSKEY_REQUIRED' || reason !== 'passkey_required') this.#passkeyUntil = null;
    this.#deps.log.info({ session: this.#name, from, to: state, reason, detail }, 'session state');
    try {
      this.#record(from, detail);
    } catch (error) {
      // The session continues (a browser must still be closed on a full disk); a state that was not written is not told.
      this.#deps.log.error({ session: this.#name, err: error }, 'the state could not be written');
    }
  }

  #record(from: SessionState, detail: string | undefined): void {
    const { store } = this.#deps;
    const said = this.#trouble === '' ? null : this.#trouble;
    store.atomically(() => {
      if (store.pages.get(this.#name).said !== said) store.pages.set(this.#name, { said });
      store.transitions.record(this.#name, { from, to: this.#state, reason: this.#reason, data: this.#facts(detail) });
    });
  }

  /** What WhatsApp allows the account now; told when it is news. It is the account's, and outlives the run that heard of it. */
  setLimits(newChats: AccountLimits['newChats']): void {
    if (this.#limits !== null && isDeepStrictEqual(newChats, this.#limits.newChats)) return;
    const limits = { newChats, since: new Date().toISOString() };
    this.#deps.store.pages.set(this.#name, { limits }, { type: 'session.limits', data: limits });
    this.#limits = limits;
  }

  /** A try failed to reach WhatsApp Web. It counts until a try gets further, or fails for another cause. */
  setUnreachable(found: Unreachable): void {
    if (!isReaching(this.#state, this.#reason)) return;
    const { by, detail } = found;
    const isNews = this.#unreachable?.detail !== detail;
    this.#unreachable = { by, detail, at: new Date().toISOString() };
    if (isNews) this.#deps.log.warn({ session: this.#name, by, detail }, 'WhatsApp Web cannot be reached');
  }

  /** A running session needs a person, or no longer does. */
  setAttention(attention: Attention | null): void {
    if (attention === this.#attention) return;
    const event = { type: 'session.attention', data: { reason: attention } } as const;
    this.#deps.store.pages.set(this.#name, { attention }, event);
    this.#attention = attention;
  }

  /** Another account comes, or none: what WhatsApp reported of the last one does not apply. */
  forgetAccountFacts(): void {
    this.#deps.store.pages.set(this.#name, { limits: null, attention: null, unread: null });
    this.#limits = null;
    this.#attention = null;
  }

  /** The page waits for a passkey until then. */
  awaitPasskey(until: Date | null): void {
    this.#passkeyUntil = until;
  }

  showQr(qr: QrCode): void {
    this.#qr = qr;
    this.#unreachable = null;
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

  #facts(detail: string | undefined) {
    return {
      stateKind: stateKind(this.#state, this.#reason),
      hint: this.#hint(),
      attempts: this.attempts,
      ...(detail === undefined ? {} : { detail }),
    };
  }

  /** What was noticed and what to do. */
  #hint(): string {
    const { facts } = this.#deps.store;
    const hint = hintFor({
      state: this.#state,
      reason: this.#reason,
      session: this.#name,
      loginMode: this.#deps.config.loginMode,
      attention: this.#attention,
      unreachable: this.#unreachable,
      attempts: this.attempts,
      nextAttemptAt: this.nextAttemptAt,
      passkeyUntil: this.#passkeyUntil,
      owner: this.#keeper.rightful,
      wrong: this.#keeper.wrong,
      snapshot: isLoginErased({ state: this.#state, reason: this.#reason }) ? this.#goodSnapshot() : null,
      placeChange: this.#reason === 'place_changed' ? placeChange(facts) : null,
      movedTo: this.#reason === 'session_moved' ? movedTo(this.#deps.store, this.#name) : null,
      olderLogin: this.#reason === 'older_than_vault' ? olderLogin(facts, this.#name) : null,
    });
    return this.#trouble === '' ? hint : `${this.#trouble.replace(/[.\s]*$/, '')}. ${hint}`;
  }

  /** What was taken after the erasure holds no login. */
  #goodSnapshot(): string | null {
    return newestGoodSnapshot(this.#deps.store.snapshots.ofLink(this.#name), this.#since.toISOString());
  }
}

/** Reasons of a session that waits for its next try which say nothing of the network. */
const OF_THIS_MACHINE = ['browser_died', 'renderer_died', 'launch_failed', 'storage_full', 'login_not_committed'];

/** Whether a session is on its way to WhatsApp Web, so that what stands in its way counts. */
function isReaching(state: SessionState, reason: string): boolean {
  if (state === 'DISCONNECTED_RECOVERABLE') return !OF_THIS_MACHINE.includes(reason);
  return isStarting(state) || state === 'QR_REQUIRED';
}
