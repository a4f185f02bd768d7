import { isLoginErased } from '@leadmaster/protocol';
import type { SessionRow } from '../state/rows.ts';

/** What holds a login here that a start would bring up. */
export function isStartable(row: SessionRow): boolean {
  const holdsLogin = row.caughtUpTo !== null || row.wrongAccount !== null;
  return holdsLogin && row.state !== 'MOVED' && !isLoginErased(row);
}
