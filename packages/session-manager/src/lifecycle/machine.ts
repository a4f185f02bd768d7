import type { SessionState, WrongAccountReason } from '@leadmaster/protocol';

/**
 * The life of a session as a pure function: `transition(state, event) -> {state, reason, effects}`.
 * It reads nothing and does nothing; the supervisor carries the effects out, in the order given.
 * Total by type: every state has a cell for every event, and `null` says that nothing happens.
 * `docs/session-lifecycle.md` is generated from the table below.
 */

export type LifecycleEvent =
  /** An order, or the boot, wants the session to run. `login`: what the disk was proven to hold. */
  | { type: 'start'; login: 'saved' | 'none'; reason: string }
  /** No saved login, and LOGIN_MODE=server never links. */
  | { type: 'login_required' }
  /** It cannot run until something is fixed: disk, browser, lock, version. */
  | { type: 'refused'; reason: string }
  /** It cannot run until there is room on the disk again. */
  | { type: 'no_room' }
  | { type: 'stop'; reason: string }
  /** Nothing runs, and a start waits for the operator's confirmation, or no longer does: see the reason. */
  | { type: 'at_rest'; reason: string }
  | { type: 'logout' }
  | { type: 'stopped'; reason: string }
  /** It was handed over to another machine; nothing runs here. */
  | { type: 'moved'; reason: string }
  /** A profile with a later generation was put in place here. */
  | { type: 'returned'; reason: string }
  /** WhatsApp offers a QR. `mayLink`: LOGIN_MODE allows showing it. `reason`: why it may not take a saved login, where that is known. */
  | { type: 'qr'; mayLink: boolean; reason?: string }
  | { type: 'qr_exhausted' }
  /** The account wants a passkey for this link: only its owner can give it. */
  | { type: 'passkey' }
  | { type: 'authenticated' }
  | { type: 'progress' }
  | { type: 'ready' }
  /** What is linked is not the account that the session belongs to, or is linked in another session too. */
  | { type: 'wrong_account'; reason: WrongAccountReason }
  /** The operator confirms the account. */
  | { type: 'accepted' }
  | { type: 'socket_down' }
  | { type: 'socket_up' }
  | { type: 'unlinked'; mayLink: boolean; reason?: string }
  /** The page erased its own login; the account still counts it as linked. */
  | { type: 'erased'; reason: string }
  | { type: 'banned' }
  | { type: 'conflict' }
  | { type: 'deprecated'; pinned: boolean }
  | { type: 'lost'; reason: string }
  | { type: 'overdue' };

export type LifecycleEventType = LifecycleEvent['type'];

/**
 * What the supervisor does about it.
 * - `launch`: start a browser (ending any earlier one first)
 * - `teardown`: close the browser and prove it gone
 * - `set_aside`: move the profile to trash
 * - `relink`: start again from an empty profile
 * - `retry`: start again after a backoff
 * - `halt`: report `stopped` when the effects before it are done
 * - `watch`: arm this state's deadline (and disarm the previous one, which leaving a state always does)
 * - `catch_up`: look for messages that came while no browser ran
 */
export type Effect = 'launch' | 'teardown' | 'set_aside' | 'relink' | 'retry' | 'halt' | 'watch' | 'catch_up';

export interface Step {
  state: SessionState;
  reason: string;
  effects: readonly Effect[];
}

type Rule<E extends LifecycleEvent> = ((event: E) => Step) | null;
type Row = { readonly [T in LifecycleEventType]: Rule<Extract<LifecycleEvent, { type: T }>> };

/** The reason of a session that waits for room: the code of that error. */
const NO_ROOM = 'storage_failed';

const step = (state: SessionState, reason: string, ...effects: Effect[]): Step => ({ state, reason, effects });

const IGNORE_ALL: Row = {
  start: null,
  login_required: null,
  refused: null,
  no_room: null,
  stop: null,
  at_rest: null,
  logout: null,
  stopped: null,
  moved: null,
  returned: null,
  qr: null,
  qr_exhausted: null,
  passkey: null,
  authenticated: null,
  progress: null,
  ready: null,
  wrong_account: null,
  accepted: null,
  socket_down: null,
  socket_up: null,
  unlinked: null,
  erased: null,
  banned: null,
  conflict: null,
  deprecated: null,
  lost: null,
  overdue: null,
};

const launch = (event: { login: 'saved' | 'none'; reason: string }): Step =>
  event.login === 'saved'
    ? step('RECONNECTING', event.reason, 'launch', 'watch')
    : step('INITIALIZING', event.reason, 'launch', 'watch');

/** The login is gone: the browser that had it must not link the next one (facts, library 3), and its profile goes to trash. */
const loginGone = (reason: string, mayLink: boolean): Step =>
  mayLink
    ? step('DISCONNECTED_LOGOUT', reason, 'teardown', 'set_aside', 'relink')
    : step('DISCONNECTED_LOGOUT', reason, 'teardown', 'set_aside');

const passkeyNotGiven = (): Step => step('PASSKEY_REQUIRED', 'passkey_not_given', 'teardown');

/** No browser runs; a start is possible. */
const IDLE: Row = {
  ...IGNORE_ALL,
  start: launch,
  login_required: () => step('AUTH_FAILURE', 'login_required'),
  refused: (event) => step('ERROR', event.reason),
  no_room: () => step('DISCONNECTED_RECOVERABLE', NO_ROOM, 'retry'),
  stop: (event) => step('STOPPED', event.reason),
  at_rest: (event) => step('STOPPED', event.reason),
  logout: () => step('STOPPED', 'logged_out', 'set_aside'),
  moved: (event) => step('MOVED', event.reason, 'set_aside'),
};

/** A browser runs, or is about to. */
const LIVE: Row = {
  ...IGNORE_ALL,
  refused: (event) => step('ERROR', event.reason, 'teardown'),
  no_room: () => step('DISCONNECTED_RECOVERABLE', NO_ROOM, 'teardown', 'retry'),
  stop: (event) => step('STOPPING', event.reason, 'teardown', 'halt'),
  logout: () => step('STOPPING', 'logged_out', 'teardown', 'set_aside', 'halt'),
  qr: (event) => loginGone(event.reason ?? 'unlinked', event.mayLink),
  wrong_account: (event) => step('WRONG_ACCOUNT', event.reason),
  unlinked: (event) => loginGone(event.reason ?? 'unlinked', event.mayLink),
  // Its profile stays where it is: it may tell what happened, and a snapshot takes its place.
  erased: (event) => step('AUTH_FAILURE', event.reason, 'teardown'),
  banned: () => step('DISCONNECTED_BANNED', 'banned', 'teardown'),
  conflict: () => step('ERROR', 'conflict', 'teardown'),
  deprecated: (event) =>
    event.pinned
      ? step('ERROR', 'pinned_web_version_deprecated', 'teardown')
      : step('DISCONNECTED_RECOVERABLE', 'web_version_deprecated', 'teardown', 'retry'),
  lost: (event) => step('DISCONNECTED_RECOVERABLE', event.reason, 'teardown', 'retry'),
};

const TABLE: Readonly<Record<SessionState, Row>> = {
  STOPPED: { ...IDLE, stop: null, logout: null },

  INITIALIZING: {
    ...LIVE,
    qr: (event) =>
      event.mayLink ? step('QR_REQUIRED', 'waiting_for_scan') : step('AUTH_FAILURE', 'login_required', 'teardown'),
    passkey: () => step('PASSKEY_REQUIRED', 'passkey_required', 'watch'),
    authenticated: () => step('AUTHENTICATED', 'linked', 'watch'),
    ready: () => step('READY', 'linked', 'watch', 'catch_up'),
    overdue: () => step('DISCONNECTED_RECOVERABLE', 'load_overdue', 'teardown', 'retry'),
    progress: () => step('INITIALIZING', '', 'watch'),
  },

  RECONNECTING: {
    ...LIVE,
    // A saved login that is offered a QR was unlinked while off. In LOGIN_MODE=server it stays in place for the operator.
    qr: (event) =>
      event.mayLink
        ? loginGone(event.reason ?? 'unlinked_while_off', true)
        : step('AUTH_FAILURE', event.reason ?? 'login_refused', 'teardown'),
    authenticated: () => step('AUTHENTICATED', 'login_accepted', 'watch'),
    ready: () => step('READY', 'login_accepted', 'watch', 'catch_up'),
    overdue: () => step('DISCONNECTED_RECOVERABLE', 'load_overdue', 'teardown', 'retry'),
    progress: () => step('RECONNECTING', '', 'watch'),
  },

  QR_REQUIRED: {
    ...LIVE,
    qr: null,
    qr_exhausted: () => step('STOPPING', 'qr_unattended', 'teardown', 'halt'),
    passkey: () => step('PASSKEY_REQUIRED', 'passkey_required', 'watch'),
    authenticated: () => step('AUTHENTICATED', 'linked', 'watch'),
    ready: () => step('READY', 'linked', 'watch', 'catch_up'),
  },

  // The browser stays while WhatsApp waits, for an owner who has it visible. What ends that wait without a passkey ends
  // the try: the page offers QRs again, and every scan of one would end here again.
  PASSKEY_REQUIRED: {
    ...LIVE,
    start: launch,
    // Another attempt shows a QR, which only the operator may order.
    no_room: () => step('ERROR', NO_ROOM, 'teardown'),
    qr: null,
    passkey: () => step('PASSKEY_REQUIRED', '', 'watch'),
    authenticated: () => step('AUTHENTICATED', 'linked', 'watch'),
    ready: () => step('READY', 'linked', 'watch', 'catch_up'),
    qr_exhausted: passkeyNotGiven,
    unlinked: passkeyNotGiven,
    erased: passkeyNotGiven,
    deprecated: passkeyNotGiven,
    lost: passkeyNotGiven,
    overdue: passkeyNotGiven,
  },

  // The operator decides. The browser stays while it can, so that the link can be removed at WhatsApp; nothing brings it back by
  // itself, and the state stays with or without it.
  WRONG_ACCOUNT: {
    ...LIVE,
    start: launch,
    login_required: () => step('AUTH_FAILURE', 'login_required', 'teardown'),
    wrong_account: null,
    accepted: () => step('READY', 'account_accepted', 'watch', 'catch_up'),
    deprecated: () => step('WRONG_ACCOUNT', '', 'teardown'),
    lost: () => step('WRONG_ACCOUNT', '', 'teardown'),
  },

  AUTHENTICATED: {
    ...LIVE,
    // WhatsApp asks for it after the scan, when the phone has answered.
    passkey: () => step('PASSKEY_REQUIRED', 'passkey_required', 'watch'),
    ready: () => step('READY', 'synced', 'watch', 'catch_up'),
    progress: () => step('AUTHENTICATED', '', 'watch'),
    overdue: () => step('DISCONNECTED_RECOVERABLE', 'sync_overdue', 'teardown', 'retry'),
  },

  READY: {
    ...LIVE,
    // Each answered probe is progress: the deadline moves on. The first that does not come in time ends READY.
    progress: () => step('READY', '', 'watch'),
    socket_down: () => step('DISCONNECTED_RECOVERABLE', 'connection_lost', 'watch'),
    overdue: () => step('DISCONNECTED_RECOVERABLE', 'probe_overdue', 'teardown', 'retry'),
  },

  DISCONNECTED_RECOVERABLE: {
    ...LIVE,
    start: launch,
    login_required: () => step('AUTH_FAILURE', 'login_required', 'teardown'),
    ready: () => step('READY', 'connection_back', 'watch', 'catch_up'),
    socket_up: () => step('READY', 'connection_back', 'watch', 'catch_up'),
    overdue: () => step('DISCONNECTED_RECOVERABLE', 'connection_overdue', 'teardown', 'retry'),
  },

  DISCONNECTED_LOGOUT: IDLE,
  // Here the login may still be good, and without a browser it cannot be unlinked: `logout` would only lose it.
  DISCONNECTED_BANNED: { ...IDLE, logout: null },
  AUTH_FAILURE: IDLE,
  ERROR: { ...IDLE, logout: null },

  STOPPING: {
    ...IGNORE_ALL,
    stopped: (event) => step('STOPPED', event.reason),
    refused: (event) => step('ERROR', event.reason),
    no_room: () => step('ERROR', NO_ROOM),
  },

  // Nothing starts here again, with any profile on the disk, until a later generation comes back.
  MOVED: { ...IGNORE_ALL, returned: (event) => step('STOPPED', event.reason) },
};

/** The next step, or null when the event changes nothing in this state. Never throws. */
export function transition(state: SessionState, event: LifecycleEvent): Step | null {
  const rule = TABLE[state][event.type] as Rule<LifecycleEvent>;
  return rule === null ? null : rule(event);
}

/** States in which a browser starts: they hold one of the places of `START_CONCURRENCY`. */
export function isStarting(state: SessionState): boolean {
  return state === 'INITIALIZING' || state === 'RECONNECTING' || state === 'AUTHENTICATED';
}
