/** The words for where a session is in its life. See docs/session-lifecycle.md for how they follow one another. */

export const SESSION_STATES = [
  'STOPPED',
  'INITIALIZING',
  'RECONNECTING',
  'QR_REQUIRED',
  'PASSKEY_REQUIRED',
  'WRONG_ACCOUNT',
  'AUTHENTICATED',
  'READY',
  'DISCONNECTED_RECOVERABLE',
  'DISCONNECTED_LOGOUT',
  'DISCONNECTED_BANNED',
  'AUTH_FAILURE',
  'STOPPING',
  'ERROR',
  'MOVED',
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** `transient` leads on by itself under a deadline; `settled` stays; `needs_person` stays until a person acts. */
export const STATE_KINDS = ['transient', 'settled', 'needs_person'] as const;
export type StateKind = (typeof STATE_KINDS)[number];

const KIND_OF: Record<SessionState, StateKind> = {
  STOPPED: 'settled',
  INITIALIZING: 'transient',
  RECONNECTING: 'transient',
  QR_REQUIRED: 'needs_person',
  PASSKEY_REQUIRED: 'needs_person',
  WRONG_ACCOUNT: 'needs_person',
  AUTHENTICATED: 'transient',
  READY: 'settled',
  DISCONNECTED_RECOVERABLE: 'transient',
  DISCONNECTED_LOGOUT: 'needs_person',
  DISCONNECTED_BANNED: 'needs_person',
  AUTH_FAILURE: 'needs_person',
  STOPPING: 'transient',
  ERROR: 'needs_person',
  MOVED: 'settled',
};

/** Whether a state passes by itself, stays, or waits for the operator; a stopped session does that for some reasons. */
export function stateKind(state: SessionState, reason: string): StateKind {
  return isHeldBack({ state, reason }) ? 'needs_person' : KIND_OF[state];
}

/**
 * Why a linked session is stopped and not started by itself: it may be a second copy of a login, or an older state of it.
 * - `place_changed`: its data folder is a copy, lies on another disk, or was put back from a backup
 * - `older_than_vault`: the vault has a newer snapshot than this data folder knows of
 */
export const HELD_BACK_REASONS = ['place_changed', 'older_than_vault'] as const;
export type HeldBackReason = (typeof HELD_BACK_REASONS)[number];

/** Whether a session is stopped until the operator decides which copy of its login runs. */
export function isHeldBack<T extends { state: string; reason: string }>(
  session: T,
): session is T & { reason: HeldBackReason } {
  return session.state === 'STOPPED' && HELD_BACK_REASONS.some((reason) => reason === session.reason);
}

/** Reasons of AUTH_FAILURE after which the profile holds no login, though WhatsApp may still list the device. */
const ERASED: ReadonlySet<string> = new Set(['page_erased_login', 'account_locked']);

/** Whether the page of WhatsApp Web has erased the login: a copy from before brings it back, the profile in place does not. */
export function isLoginErased({ state, reason }: { state: string; reason: string }): boolean {
  return state === 'AUTH_FAILURE' && ERASED.has(reason);
}

/** Messages leave in READY alone (design: `can_send`), where sending is on. */
export function canSend(state: SessionState): boolean {
  return state === 'READY';
}

/** Message states. SENT means acknowledged by WhatsApp's server, never before. */
export const MESSAGE_STATES = [
  'QUEUED',
  'SENDING',
  'SENT',
  'DELIVERED',
  'READ',
  'PLAYED',
  'FAILED',
  'EXPIRED',
  'UNCERTAIN',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];
