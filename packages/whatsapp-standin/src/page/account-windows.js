import { drift } from './drifts.js';
import { Conn } from './socket-model.js';
import { userPrefsIdb } from './user-prefs.js';
import { openWindow } from './windows.js';

/**
 * The windows that WhatsApp opens over a session that is up: what is new, the terms, an integrity check, a full disk.
 */
const WHATS_NEW_SEEN = 'WAWhatsNewNuxSeen';
const STORAGE_FULL_SHOWN = 'WAStorageQuotaExceeded';
const INTEGRITY_KEY = 'WAIntegrityChallengeState';

let closeTerms = null;

/** Opens what belongs over a page that has just logged in. `logout` is the session's, here and below. */
export async function openAccountWindows(logout) {
  if (drift('integrity') !== undefined) await challenge(logout);
  if (drift('whats-new') !== undefined) await tellWhatsNew();
}

async function challenge(logout) {
  await userPrefsIdb.set(INTEGRITY_KEY, { challenge_type: 'PASSKEY', received_at: Date.now() });
  openWindow({
    testId: 'integrity_checkpoint',
    text: 'Confirm that it is you',
    buttons: [
      { label: 'Continue', testId: 'integrity_continue_button', act: () => {} },
      { label: 'Log out', testId: 'integrity_logout_button', act: logout },
    ],
  });
}

async function tellWhatsNew() {
  if (!(await shouldShowWhatsNewNux())) return;
  openWindow({
    testId: 'whats_new_modal',
    text: "What's new on WhatsApp Web",
    buttons: [{ label: 'Continue', testId: 'whats_new_continue_button', act: () => createWhatsNewNux().dismiss() }],
    closed: () => createWhatsNewNux().dismiss(),
  });
}

/** `WAWebWhatsNewNux`. Dismissing writes the preference; closing the window is the manager's. */
export async function shouldShowWhatsNewNux() {
  return (await userPrefsIdb.get(WHATS_NEW_SEEN)) === undefined;
}

export function createWhatsNewNux() {
  return { dismiss: () => userPrefsIdb.set(WHATS_NEW_SEEN, Date.now()) };
}

/** The terms: 1 and 2 ask in a window that stays, 3 is the refusal, 0 takes them back. */
export async function setTerms(tos, logout) {
  Conn.tos = tos;
  closeTerms?.();
  closeTerms = null;
  if (tos === 3) await logout();
  else if (tos > 0) closeTerms = openWindow({ testId: 'tos_modal', text: 'WhatsApp has updated its terms' });
}

/**
 * `WAWebStorageQuotaExceededPopup`: the disk is full. The page goes no further and waits for a click: Reload at first, and
 * after a reload that did not help, Log out.
 */
export function showStorageFull(logout) {
  const reloaded = localStorage.getItem(STORAGE_FULL_SHOWN) !== null;
  localStorage.setItem(STORAGE_FULL_SHOWN, '1');
  openWindow({
    testId: 'storage_quota_exceeded_popup',
    text: 'Your disk is full',
    buttons: [
      reloaded
        ? { label: 'Log out', testId: 'storage_quota_exceeded_ok', act: logout }
        : { label: 'Reload', testId: 'storage_quota_exceeded_ok', act: () => location.reload() },
    ],
  });
}

/** The disk has room: the window begins with Reload again the next time. */
export function forgetStorageFull() {
  localStorage.removeItem(STORAGE_FULL_SHOWN);
}
