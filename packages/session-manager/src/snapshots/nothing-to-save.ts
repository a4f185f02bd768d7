import { isHeldBack, isLoginErased } from '@leadmaster/protocol';
import type { SessionRow } from '../state/rows.ts';

/**
 * Whether a session is known to have no login of its own here that could be saved: it has moved away, is not linked, waits
 * for the operator to settle whose login or which copy it has, or the page has erased the login. Its state shows that already.
 */
export function hasNothingToSave(row: Pick<SessionRow, 'state' | 'reason' | 'caughtUpTo' | 'wrongAccount'>): boolean {
  if (row.state === 'MOVED' || row.state === 'WRONG_ACCOUNT' || row.wrongAccount !== null) return true;
  return row.caughtUpTo === null || isHeldBack(row) || isLoginErased(row);
}
