import { accountLabel, type Session, wordOf } from '@leadmaster/protocol';

type Facts = Pick<Session, 'state' | 'reason' | 'loginMode' | 'unreachable' | 'account' | 'owner'>;

const LINK_ELSEWHERE = 'LOGIN_MODE=server never links an account: start the service with LOGIN_MODE=qr or local.';
const UNTOUCHED = 'The login is untouched.';

/** What to do, by the reason: as the service says it, without the commands, which the page has as buttons. */
const BY_REASON: Readonly<Record<string, string>> = {
  login_required: LINK_ELSEWHERE,
  login_refused: `WhatsApp no longer knows this login. ${LINK_ELSEWHERE}`,
  conflict: 'The same login is open in another place. Stop it there before you start it here.',
  account_locked: 'Unlock the account on the phone first. Then restore a snapshot, or link it again.',
  page_erased_login:
    'The page of WhatsApp Web erased the login by itself. A snapshot from before brings it back; else link it again.',
  terms_refused:
    'The account was unlinked because its owner did not accept the terms. Accept them on the phone, then link it again.',
  terms_required: 'The owner of the account has to accept the terms of WhatsApp on the phone.',
  qr_unattended: 'The QR was not scanned. Ask for it again once the phone is at hand.',
  passkey_not_given:
    'The passkey was not given in time. Link the account in a visible browser: docs/passkeys.md has the steps.',
  screen_locked: `The app lock is on. Open the profile in a visible browser and remove the lock. ${UNTOUCHED}`,
  proxy_blocked: `Change the proxy in CHROME_ARGS, or the network, then restart the service. ${UNTOUCHED}`,
  unsupported_browser: `Install a current Chromium, or set CHROME_PATH. ${UNTOUCHED}`,
  storage_full: `The page has no room left. Free space on the disk of the data folder; the session starts by itself. ${UNTOUCHED}`,
  browser_missing: 'Install chromium-headless-shell on the machine, or set CHROME_PATH.',
  browser_failed: 'The browser does not start. Repair it, or name another in CHROME_PATH.',
  browser_too_old: 'A newer Chromium wrote this profile. Install that version or a newer one.',
  browser_not_gone: 'A process of the browser could not be ended. Start the session once it is gone.',
  profile_in_use: 'End the program that has the profile open.',
  profile_unreadable: 'Repair the disk, or the permissions of the profile.',
  login_missing: 'Mount its disk, or put the folder back in its place. If it is lost, restore the newest snapshot.',
  login_damaged: 'Nothing was overwritten. Restore the newest snapshot.',
  origin_not_retired: 'This is a copy of a login. Start it once the place that it came from will never run it again.',
};

const BY_STATE: Readonly<Partial<Record<Session['state'], string>>> = {
  DISCONNECTED_LOGOUT: 'The account was unlinked. Link it again; the profile from before is in the trash.',
  DISCONNECTED_BANNED:
    'WhatsApp has banned this account; its phone says more. The profile and its snapshots stay here. Start it once the ban is lifted.',
  PASSKEY_REQUIRED: 'WhatsApp wants a passkey of this account: docs/passkeys.md has the steps.',
  AUTH_FAILURE: 'WhatsApp refused the login.',
  MOVED: 'The session lives on another machine. Its profile here is in the trash.',
  UNCLAIMED: 'A profile lies here that belongs to no session yet.',
};

const WAITS = 'Nothing is sent until you decide, and what comes in waits.';

/** Null where the service's own words have values that these lack. */
export function sessionHint(session: Facts): string | null {
  const { state, reason, loginMode, unreachable } = session;
  if (unreachable !== null) return null;
  if (state === 'WRONG_ACCOUNT') return wrongHint(session);
  if (state === 'DISCONNECTED_LOGOUT' && loginMode === 'server') return LINK_ELSEWHERE;
  return wordOf(BY_REASON, reason) ?? BY_STATE[state] ?? (state === 'QR_REQUIRED' ? scanHint(session) : null);
}

function scanHint({ owner = null }: Facts): string {
  return owner === null
    ? 'Scan the QR with the phone.'
    : `${accountLabel(owner)} is no longer linked. Scan the QR with its phone.`;
}

/** Both numbers, where they are known. */
function wrongHint({ reason, account, owner = null }: Facts): string {
  if (reason === 'linked_elsewhere') return `This account is linked in another session too. ${WAITS}`;
  return account === null || owner === null
    ? `Another account is linked than the session belongs to. ${WAITS}`
    : `${accountLabel(account)} is linked, and the session belongs to ${accountLabel(owner)}. ${WAITS}`;
}
