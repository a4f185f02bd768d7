import { type Account, type SessionState, sameLink } from '@leadmaster/protocol';
import type { HeldLogin, OtherLink } from '../access/session-access.ts';
import { olderOf } from '../profile/which-older.ts';
import type { AccountKeeper } from './account-keeper.ts';
import { linkShared, loginElsewhere } from './refusals.ts';
import type { SessionStatus } from './session-status.ts';

/** States in which the session has no login, even if an earlier one is known. */
const LOGIN_GONE: ReadonlySet<SessionState> = new Set(['MOVED', 'AUTH_FAILURE', 'DISCONNECTED_LOGOUT']);

/**
 * Whether a session's login is another session's here as well (design, invariants 1 and 10). Two browsers on one login take
 * it from each other, and to remove its link in one session removes it from both.
 */
export class Doubles {
  readonly #name: string;
  readonly #account: AccountKeeper;
  readonly #status: SessionStatus;
  readonly #hasBrowser: () => boolean;
  readonly #profileOf: (session: string) => string;

  /** `profileOf`: the folder of a session's profile. `hasBrowser`: whether a browser runs on the session's profile, or is about to. */
  constructor(
    name: string,
    { account, status }: { account: AccountKeeper; status: SessionStatus },
    { hasBrowser, profileOf }: { hasBrowser: () => boolean; profileOf: (session: string) => string },
  ) {
    this.#name = name;
    this.#account = account;
    this.#status = status;
    this.#hasBrowser = hasBrowser;
    this.#profileOf = profileOf;
  }

  /**
   * The login that is in place here by evidence: a browser has it open, or it is the session's own. Null where none is: a
   * login that was brought and never came up here, or that was wrong when it was last seen, may be gone or may never run.
   */
  get heldLogin(): HeldLogin | null {
    const { state, account } = this.#status;
    if (account === null || LOGIN_GONE.has(state)) return null;
    const isRunning = this.#hasBrowser();
    const isWrong = this.#account.wrong !== null;
    const isKnown = isWrong ? isRunning && state === 'WRONG_ACCOUNT' : isRunning || this.#account.isOwn(account);
    return isKnown ? { account, isRunning } : null;
  }

  /**
   * Refuses to open a login that another session here has in place.
   *
   * @throws LeadMasterError `linked_elsewhere`
   */
  refuseDouble(): void {
    const { account } = this.#status;
    const other = this.#account.doubleInPlace(account);
    if (account === null || other === null) return;
    const isOneLink = sameLink(account, other.account) === true;
    throw loginElsewhere(this.#name, account, {
      other: other.session,
      older: isOneLink ? this.#older(other.session) : null,
    });
  }

  /** Another session here that has a login in place which would come here as well; null where none is known to. */
  of(account: Account): OtherLink | null {
    return this.#account.doubleOf(account);
  }

  /**
   * Refuses to remove a link, or to keep it, that is another session's as well.
   *
   * @throws LeadMasterError `linked_elsewhere`
   */
  refuseShared(): void {
    const { account } = this.#status;
    const other = account === null ? null : this.#account.twinOf(account);
    if (account !== null && other !== null)
      throw linkShared(this.#name, account, { other: other.session, older: this.#older(other.session) });
  }

  /** Which of the two holds the older state of a link that both have; null where that cannot be told. */
  #older(other: string): string | null {
    const held = (session: string) => ({ session, profileDir: this.#profileOf(session) });
    return olderOf(held(this.#name), held(other));
  }
}
