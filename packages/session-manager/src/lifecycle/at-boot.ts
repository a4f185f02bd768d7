import { isHeldBack, isLoginErased } from '@leadmaster/protocol';
import type { SessionRow } from '../state/rows.ts';

/** Whether a start of the service brings a session back. */
export function comesBack(row: Pick<SessionRow, 'desired' | 'state' | 'reason'>): boolean {
  return row.desired === 'running' && !waitsForPerson(row);
}

/** After these, only the operator brings a session back; a restart of the service changes nothing about them. */
function waitsForPerson(row: Pick<SessionRow, 'state' | 'reason'>): boolean {
  if (isHeldBack(row)) return true;
  switch (row.state) {
    case 'DISCONNECTED_BANNED':
      return true;
    case 'ERROR':
      // A login that is open elsewhere is not taken back by a restart: two services would take it from each other for ever.
      return row.reason === 'conflict';
    case 'AUTH_FAILURE':
      // Its profile holds no login: a start would show a QR as if nothing had been.
      return isLoginErased(row);
    case 'WRONG_ACCOUNT':
      // Only the operator can tell whether the account is right.
      return true;
    case 'PASSKEY_REQUIRED':
      // A scan ends there again. The owner of the passkey orders the start when it can be given.
      return true;
    default:
      return false;
  }
}
