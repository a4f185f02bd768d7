import * as credentials from './credentials.js';
import { drift } from './drifts.js';
import { eraseFor, soon } from './erase.js';
import { Cmd } from './socket-model.js';

/**
 * How a page ends its login: unlinked or logged out, which a command tells of, or given up by itself, which nothing does.
 */
const LOCKED = { header: 'Your account is locked', subtext: 'Open WhatsApp on your phone to see why' };

export function tellLogout(command) {
  if (drift('logout-bare-reload') !== 'silent') Cmd.trigger(command);
}

/** Deletes the login and reloads the page: without a word in its address, or, on an older page, with one. */
export async function leave(reason) {
  await credentials.eraseLogin();
  const bare = drift('logout-bare-reload') !== undefined;
  soon(() => (bare ? location.reload() : location.replace(`/?post_logout=1&logout_reason=${reason}`)));
}

/** Gives the login up for the reason that the drift names. */
export function eraseAsTheDriftSays() {
  const code = Number(drift('logout-reason'));
  return eraseFor({ code, ...(code === 3 ? LOCKED : {}) });
}
