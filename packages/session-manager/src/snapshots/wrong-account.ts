import { type Account, accountLabel, LeadMasterError, type Session, sameAccount } from '@leadmaster/protocol';
import type { WrongAccount } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';

/** The session whose login a wrong account may be a copy of; null where there is none, or it is another link. */
export function mayBeCopyOf(wrong: WrongAccount | null): string | null {
  return wrong === null || wrong.link === 'another' ? null : wrong.session;
}

/**
 * The login of an account that waits in WRONG_ACCOUNT is neither saved, changed nor given away as the session's own; nor is
 * one whose record names another account than the session belongs to: the page has not been asked about that one yet.
 *
 * @throws LeadMasterError `wrong_account`
 */
export function refuseWrongAccount(
  { sessions }: Pick<StateStore, 'sessions'>,
  session: string,
  record: { account: Account | null } | null,
): void {
  const row = sessions.get(session);
  const wrong = row?.wrongAccount ?? null;
  if (wrong !== null) {
    const original = mayBeCopyOf(wrong);
    throw new LeadMasterError(
      'wrong_account',
      `${session} is linked to ${accountLabel(wrong.account)}, which is not confirmed to be right`,
      original === null
        ? `Settle it first: "./leadmaster account ${session} --accept" or "--unlink".`
        : `${session} may be a copy of the login of ${original}: "./leadmaster sessions" says what to do.`,
    );
  }
  const [owner, inPlace] = [row?.account ?? null, record?.account ?? null];
  if (owner === null || inPlace === null || sameAccount(owner, inPlace) !== false) return;
  throw new LeadMasterError(
    'wrong_account',
    `The login in place is of ${accountLabel(inPlace)} by its record, and ${session} belongs to ${accountLabel(owner)}`,
    `Start it, and settle there whose it is: "./leadmaster session start ${session}". Or bring its own login back: "./leadmaster snapshot restore ${session} latest".`,
  );
}

/**
 * While the page syncs, it has logged in and does not say yet who is linked: it may be another account than the recorded one.
 *
 * @throws LeadMasterError `wrong_state`
 */
export function refuseUnjudged(session: string, state: Session['state']): void {
  if (state !== 'AUTHENTICATED') return;
  throw new LeadMasterError(
    'wrong_state',
    `${session} is AUTHENTICATED: which account is linked is not known before it is READY`,
    'Try again when it is READY.',
    { extra: { state } },
  );
}
