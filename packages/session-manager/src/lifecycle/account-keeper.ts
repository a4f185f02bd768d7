import {
  type Account,
  type AccountChange,
  accountOfPhone,
  hasNewNumber,
  isExpected,
  normalPhone,
  sameAccount,
  sameLink,
  type WrongAccountReason,
} from '@leadmaster/protocol';
import type { OtherLink } from '../access/session-access.ts';
import type { SessionRow, WrongAccount } from '../state/rows.ts';
import { doubleAmong } from './double-among.ts';
import { notWrong } from './refusals.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/**
 * Whose session it is (design, invariant 13). An account that is learnt for the first time is never wrong, nor is one that
 * cannot be compared. What is wrong stays so, on disk, until the operator settles it or its login goes.
 */
export class AccountKeeper {
  readonly #deps: Pick<SupervisorDeps, 'store' | 'log' | 'linkedIn'>;
  readonly #session: string;
  #owner: Account | null;
  #wrong: WrongAccount | null;

  constructor(
    deps: Pick<SupervisorDeps, 'store' | 'log' | 'linkedIn'>,
    session: string,
    known: { owner: Account | null; wrong: WrongAccount | null },
  ) {
    this.#deps = deps;
    this.#session = session;
    this.#owner = known.owner;
    this.#wrong = known.wrong;
  }

  /** Whom the session belongs to; null before the first link. */
  get owner(): Account | null {
    return this.#owner;
  }

  /** What is linked and does not belong here; null where nothing is wrong. */
  get wrong(): WrongAccount | null {
    return this.#wrong;
  }

  /** Whether the account is the one that the session is known to belong to. */
  isOwn(account: Account): boolean {
    return this.#owner !== null && sameAccount(this.#owner, account) !== false;
  }

  /**
   * Another session here that has a login of this account in place, so that the two would take it from each other; null
   * where none is known to.
   */
  doubleOf(account: Account): OtherLink | null {
    return doubleAmong(account, this.#deps.linkedIn(account, this.#session), this.isOwn(account));
  }

  /** The same of what is in place, as far as that is known. */
  doubleInPlace(account: Account | null): OtherLink | null {
    // What was seen and did not belong here may be gone since, and a link of its own hurts none.
    const isNone = this.#wrong?.reason === 'other_account' || this.#wrong?.link === 'another';
    return account === null || isNone ? null : this.doubleOf(account);
  }

  /** Another session here that has the very link of an account; null where none is known to. To unlink one unlinks both. */
  twinOf(account: Account): OtherLink | null {
    const other = this.#deps.linkedIn(account, this.#session);
    return other !== null && sameLink(account, other.account) === true ? other : null;
  }

  /**
   * Judges what is linked. Null = it is right, and is remembered as the owner. Another session that has the account is a
   * reason to wait where it is new here: linked in this run (`isNewLink`), or brought, and where it has the very link. Durable
   * when it returns.
   *
   * @throws LeadMasterError `storage_failed` when what is wrong cannot be written down.
   */
  judge(account: Account, isNewLink: boolean): WrongAccountReason | null {
    const other = this.#deps.linkedIn(account, this.#session);
    const link = other === null ? {} : linkBetween(account, other.account, isNewLink);
    if (this.#isOther(account))
      return this.#wait({ reason: 'other_account', account, session: other?.session ?? null, ...link });
    const isNews = isNewLink || this.#wrong !== null || this.#owner === null;
    if (other !== null && (isNews || (link.link === 'same' && other.isRunning)))
      return this.#wait({ reason: 'linked_elsewhere', account, session: other.session, ...link });
    this.#learn(account);
    return null;
  }

  /** Whether it is proven to be another account than the session's, by its owner or by the number that is expected. */
  #isOther(account: Account): boolean {
    const owner = this.#owner;
    if (owner !== null && sameAccount(owner, account) === false) return true;
    const expected = this.#expected;
    if (expected === null || isExpected(expected, account) !== false) return false;
    // The expected account may have another number by now.
    return owner === null || isExpected(expected, owner) !== true || sameAccount(owner, account) !== true;
  }

  get #expected(): string | null {
    return this.#deps.store.bounds.of(this.#session).expectedPhone;
  }

  /** Whom the session belongs to, beside what is wrong: its owner, or the one of the expected number. Null where neither is known. */
  get rightful(): Account | null {
    return this.#wrong === null ? this.#owner : this.#rightfulBeside(this.#wrong.account);
  }

  #rightfulBeside(wrong: Account): Account | null {
    const expected = this.#expected === null ? null : accountOfPhone(this.#expected);
    return this.isOwn(wrong) ? (expected ?? this.#owner) : (this.#owner ?? expected);
  }

  /** The operator confirms the linked account: it is the owner from now on, and expected. Durable when it returns. */
  accept(): void {
    const { account } = this.require();
    const told = this.#changeTo(account, 'accepted', null, this.rightful);
    this.#deps.store.atomically(() => {
      this.#follow(account);
      this.#write({ account, wrongAccount: null }, told);
    });
  }

  /**
   * What waits for the operator.
   *
   * @throws LeadMasterError `wrong_state` where nothing does.
   */
  require(): WrongAccount {
    if (this.#wrong === null) throw notWrong(this.#session);
    return this.#wrong;
  }

  /** The login that was wrong is gone. Whom the session belongs to stays. */
  gone(): void {
    if (this.#wrong !== null) this.#write({ wrongAccount: null });
  }

  /**
   * The operator has put another login in its place. One of an unknown account says nothing of the owner; one that another
   * session has belongs to no session before it is known which of the two continues.
   */
  replaced(account: Account | null): void {
    const isElsewhere =
      account !== null && !this.isOwn(account) && this.#deps.linkedIn(account, this.#session) !== null;
    this.#write({ wrongAccount: null, account: isElsewhere ? null : (account ?? this.#owner) });
  }

  /** The operator has logged it out: whichever account is linked next is right. */
  forget(): void {
    this.#write({ account: null, wrongAccount: null });
  }

  /** Notes the owner of a session from before owners were noted. */
  adopt(account: Account | null): void {
    if (this.#owner === null && account !== null) this.#learn(account);
  }

  #wait(wrong: WrongAccount): WrongAccountReason {
    const { reason, account, session } = wrong;
    const isTold = this.#wrong?.reason === reason && sameAccount(this.#wrong.account, account) === true;
    this.#write(
      { wrongAccount: wrong },
      isTold ? undefined : this.#changeTo(account, reason, session, this.#rightfulBeside(account)),
    );
    return reason;
  }

  /** A disk that refuses keeps no session from READY: the next one notes it. */
  #learn(account: Account): void {
    const before = this.#owner;
    const lid = account.lid ?? before?.lid;
    const owner = lid === undefined ? account : { ...account, lid };
    const isNews = before !== null && hasNewNumber(before, account);
    if (this.#wrong === null && JSON.stringify(before) === JSON.stringify(owner)) return;
    try {
      this.#deps.store.atomically(() => {
        this.#follow(account);
        const told = isNews ? this.#changeTo(owner, 'number_changed', null, before) : undefined;
        this.#write({ account: owner, wrongAccount: null }, told);
      });
    } catch (error) {
      this.#deps.log.warn({ session: this.#session, err: error }, 'whose session it is could not be written down');
    }
  }

  /** A session that expects one number expects that of its account: the new one, where it has changed or was accepted. */
  #follow(account: Account): void {
    const expected = this.#expected;
    const phone = normalPhone(account.phone);
    if (expected !== null && phone !== null && isExpected(expected, account) === false)
      this.#deps.store.bounds.set(this.#session, { expectedPhone: phone });
  }

  #changeTo(
    account: Account,
    reason: AccountChange['reason'],
    session: string | null,
    old: Account | null,
  ): AccountChange {
    return { old, new: account, reason, session };
  }

  #write(change: Partial<Pick<SessionRow, 'account' | 'wrongAccount'>>, told?: AccountChange): void {
    const event = told === undefined ? undefined : { type: 'session.account' as const, data: { ...told } };
    this.#deps.store.sessions.setAccount(this.#session, change, event);
    if (change.account !== undefined) this.#owner = change.account;
    if (change.wrongAccount !== undefined) this.#wrong = change.wrongAccount;
  }
}

/** What is known of the link of a login beside the one that another session has. One that was linked just now is its own. */
function linkBetween(account: Account, other: Account, isNewLink: boolean): Pick<WrongAccount, 'link'> {
  const isSame = sameLink(account, other) ?? (isNewLink ? false : null);
  return isSame === null ? {} : { link: isSame ? 'same' : 'another' };
}
