import { isHeldBack, isLoginErased } from '@leadmaster/protocol';
import type { SessionRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';

/**
 * Whether a session is known to have no login of its own here that could be saved: it has moved away, is not linked, waits
 * for the operator to settle whose login or which copy it has, or the page has erased the login. Its state shows that already.
 */
export function hasNothingToSave(row: Pick<SessionRow, 'state' | 'reason' | 'caughtUpTo' | 'wrongAccount'>): boolean {
  if (row.state === 'MOVED' || row.state === 'WRONG_ACCOUNT' || row.wrongAccount !== null) return true;
  return row.caughtUpTo === null || isHeldBack(row) || isLoginErased(row);
}

/** Whether the login that a session had under this link has ended, or is known to be none that could be saved. */
export function hasLoginEnded(
  { sessions }: Pick<StateStore, 'sessions'>,
  session: string,
  link: number | null,
): boolean {
  const row = sessions.get(session);
  return row === null || row.link !== link || hasNothingToSave(row);
}
