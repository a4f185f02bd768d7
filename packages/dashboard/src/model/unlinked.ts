import type { HubSession } from '@leadmaster/protocol';

/**
 * Whether WhatsApp has ended the link of its account, as far as is known: a restored login is then refused, most likely. In an ERROR and
 * an AUTH_FAILURE what is here may be lost or erased, and the link may still stand.
 */
export function isUnlinked({ account, owner, state }: HubSession): boolean {
  return account === null && owner !== null && state !== 'ERROR' && state !== 'AUTH_FAILURE';
}
