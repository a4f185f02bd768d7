import { type LoginMode, type SessionState, shellWord } from '@leadmaster/protocol';

const LINK_ELSEWHERE =
  'Start the service with LOGIN_MODE=qr or local to link the account again; LOGIN_MODE=server never does.';

/** What a person can do about a state; empty when nothing is asked of anyone. */
export function hintFor(state: SessionState, reason: string, session: string, loginMode: LoginMode): string {
  if (state === 'DISCONNECTED_LOGOUT' && loginMode === 'server') return `The account was unlinked. ${LINK_ELSEWHERE}`;
  const byReason = REASONS[reason];
  if (byReason !== undefined) return byReason(session);
  return STATES[state]?.(session) ?? '';
}

/** What takes over a profile that no session claims, where it lies. */
export function adoptCommand(session: string, profileDir: string): string {
  return `./leadmaster adopt ${shellWord(profileDir)} --name ${session}`;
}

type Hint = (session: string) => string;

const start: Hint = (session) => `then "./leadmaster session start ${session}"`;

const REASONS: Readonly<Record<string, Hint>> = {
  login_required: () =>
    'LOGIN_MODE=server never links an account. Link it with LOGIN_MODE=qr or local, or bring the profile of a linked one.',
  login_refused: () =>
    'WhatsApp no longer knows this login. Start the service with LOGIN_MODE=qr or local and link the account again.',
  conflict: (s) => `The same login is open somewhere else. Stop it there, ${start(s)}.`,
  pinned_web_version_deprecated: (s) =>
    `WhatsApp refuses the pinned WEB_VERSION. Unset it or pin a newer one, restart the service, ${start(s)}.`,
  qr_unattended: (s) => `Nobody scanned the QR. When the phone is at hand: "./leadmaster qr ${s}".`,
  profile_in_use: (s) => `Another program has the profile open. End it, ${start(s)}.`,
  profile_unreadable: (s) =>
    `The profile cannot be read. Look with "./leadmaster check ${s}", mend the disk or the permissions, ${start(s)}.`,
  login_missing: (s) => `The profile of a linked session is gone: mount its disk or put the folder back, ${start(s)}.`,
  login_damaged: (s) =>
    `Nothing was overwritten. Bring back the newest snapshot: "./leadmaster snapshot list ${s}" shows them, "./leadmaster snapshot restore ${s} ID" puts one in place. What is damaged: "./leadmaster check ${s}".`,
  browser_too_old: (s) =>
    `A newer Chromium has written this profile. Install that version or a newer one, ${start(s)}.`,
  browser_missing: (s) => `No browser was found. Install chromium-headless-shell or set CHROME_PATH, ${start(s)}.`,
  browser_failed: (s) => `The browser does not start. Mend that, or set CHROME_PATH to another, ${start(s)}.`,
  display_missing: (s) =>
    `LOGIN_MODE=local opens a window, and there is no screen (DISPLAY is not set). Start the service on a desktop, or with LOGIN_MODE=qr, ${start(s)}.`,
  browser_not_gone: (s) =>
    `A browser process could not be ended; look for it in state D. When it is gone, "./leadmaster session start ${s}".`,
  origin_not_retired: (s) =>
    `This is a copy of a login. When the place it came from never runs it again, say so: "./leadmaster session start ${s} --origin-retired".`,
  storage_failed: (s) => `The disk refused. Free some space or mend it, ${start(s)}.`,
  web_version_missing: (s) =>
    `The pinned WEB_VERSION cannot be opened here. Choose another ("./leadmaster builds" shows them) or WEB_VERSION=live, restart the service, ${start(s)}.`,
  web_version_unsafe: (s) =>
    `The login is untouched: that WEB_VERSION could erase it. Choose a newer one ("./leadmaster builds" shows how far each goes) or WEB_VERSION=live, restart the service, ${start(s)}.`,
};

const STATES: Readonly<Partial<Record<SessionState, Hint>>> = {
  QR_REQUIRED: (s) => `Scan the QR with the phone: "./leadmaster qr ${s}", or GET /v1/sessions/${s}/qr.`,
  DISCONNECTED_LOGOUT: (s) =>
    `The account was unlinked. Link it again with "./leadmaster qr ${s}"; the old profile is in trash.`,
  DISCONNECTED_BANNED: (s) =>
    `WhatsApp has blocked this account. When it is lifted on the phone, "./leadmaster session start ${s}".`,
  AUTH_FAILURE: (s) => `WhatsApp refused the login: "./leadmaster check ${s}".`,
  MOVED: (s) =>
    `The session lives on another machine. What was here lies in trash; "./leadmaster session delete ${s}" takes it off the list.`,
  ERROR: (s) => `See the log, ${start(s)}.`,
};
