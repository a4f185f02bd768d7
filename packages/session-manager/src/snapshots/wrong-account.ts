import { accountLabel, LeadMasterError } from '@leadmaster/protocol';
import type { StateStore } from '../state/state-store.ts';

/**
 * The login of an account that waits in WRONG_ACCOUNT is neither saved nor given away as the session's own.
 *
 * @throws LeadMasterError `wrong_account`
 */
export function refuseWrongAccount({ sessions }: Pick<StateStore, 'sessions'>, session: string): void {
  const wrong = sessions.get(session)?.wrongAccount ?? null;
  if (wrong === null) return;
  throw new LeadMasterError(
    'wrong_account',
    `${session} is linked to ${accountLabel(wrong.account)}, which is not confirmed to be right`,
    `Settle it first: "./leadmaster account ${session} --accept" or "--unlink".`,
  );
}
