import { type Account, sameLink } from '@leadmaster/protocol';
import type { OtherLink } from '../access/session-access.ts';

/**
 * Whether a session and another one that has the same account would take one login from each other: the other, or null. Of
 * the session's own account (`isOwn`) only the very link is that, and only while the other runs; of any other account all
 * that is not known to be another link.
 */
export function doubleAmong(account: Account, other: OtherLink | null, isOwn: boolean): OtherLink | null {
  const link = other === null ? false : sameLink(account, other.account);
  if (isOwn) return link === true && other?.isRunning ? other : null;
  return link === false ? null : other;
}
