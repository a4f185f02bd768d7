import type { Session } from '@leadmaster/protocol';

/** States that are told while the browser is still being closed. */
const CLOSING: ReadonlySet<Session['state']> = new Set([
  'STOPPING',
  'STOPPED',
  'DISCONNECTED_LOGOUT',
  'DISCONNECTED_BANNED',
  'AUTH_FAILURE',
  'ERROR',
  'MOVED',
]);

/**
 * Whether a session has a browser that stays. One that is being closed is no reason to refuse: the order on the profile
 * takes its turn in the session's queue, and waits there until the browser is gone.
 */
export function isRunning({ state, reason, runtime }: Pick<Session, 'state' | 'reason' | 'runtime'>): boolean {
  return runtime !== null && !CLOSING.has(state) && reason !== 'passkey_not_given';
}
