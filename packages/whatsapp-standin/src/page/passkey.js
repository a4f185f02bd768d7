import * as credentials from './credentials.js';
import { Cmd } from './socket-model.js';
import { later } from './timing.js';
import { card } from './windows.js';

/**
 * Linking with a passkey ("Shortcake"): a screen with a button that asks the browser for the owner's key. Each stage has
 * two minutes; then comes an error card, and after it the QR again.
 */
const STAGE_MS = 120_000;
const ERROR_MS = 10_000;
const LEAST_ERROR_MS = 1_000;
const CHALLENGE_MS = 600_000;

/** `QR_LINKING` is the page's own word for the usual way; no library reads it. */
const USUAL = 'QR_LINKING';
export const PASSKEY = 'SHORTCAKE_PASSKEY';

let pairingType = USUAL;
let stage = null;

/** What the server is asked, and what brings the QR back; set by the session. */
let ways = { call: async () => {}, over: () => {} };

export function usePasskeyWays(theWays) {
  ways = theWays;
}

export function setPairingType(type) {
  pairingType = type;
}

export function getPairingType() {
  return pairingType;
}

/** The phone was scanned, and the server wants a passkey. The QR's secret changes with it. */
export function askForPasskey() {
  setPairingType(PASSKEY);
  credentials.rotateAdvSecret();
  Cmd.trigger('passkeyPrologueRequest');
  show('passkey_prompt', {
    testId: 'shortcake_passkey_prompt_card',
    text: 'Continue with your passkey',
    buttons: [
      { label: 'Continue', testId: 'shortcake_passkey_continue_button', act: assert },
      { label: 'Cancel', testId: 'shortcake_cancel_button', act: () => leave('cancelled') },
    ],
  });
}

/** The page is linked, or starts over: the screen goes. */
export function closePasskeyScreen() {
  stage?.cancel();
  stage?.screen.remove();
  stage = null;
  setPairingType(USUAL);
}

/** Each stage has a card of its own and its two minutes. */
function show(name, content) {
  stage?.cancel();
  stage?.screen.remove();
  const screen = document.createElement('div');
  screen.dataset.testid = 'shortcake_passkey_screen';
  screen.dataset.stage = name;
  screen.append(card(content));
  document.getElementById('app').append(screen);
  stage = { name, screen, cancel: later(STAGE_MS, () => fail('timeout')) };
}

async function assert() {
  if (stage?.name !== 'passkey_prompt') return;
  show('passkey_pending', { testId: 'shortcake_passkey_pending_card', text: 'Use your passkey' });
  const begun = stage;
  try {
    const key = await navigator.credentials.get({ publicKey: request() });
    Cmd.trigger('link_device_events:shortcake_prologue_sent');
    await ways.call({ t: 'passkey_assertion', credential: key.id });
  } catch (error) {
    console.warn('no passkey', error);
    if (stage === begun) fail('server_error');
  }
}

function request() {
  return {
    challenge: crypto.getRandomValues(new Uint8Array(32)),
    timeout: CHALLENGE_MS,
    rpId: 'whatsapp.com',
    allowCredentials: [],
    userVerification: 'required',
    extensions: { uvm: true },
  };
}

function fail(reason) {
  show('error', { testId: 'shortcake_passkey_error_card', text: 'Something went wrong. Try again.' });
  stage.cancel();
  stage.cancel = later(ERROR_MS, () => leave(reason), LEAST_ERROR_MS);
  Cmd.trigger('link_device_events:shortcake_error', reason);
}

function leave(reason) {
  closePasskeyScreen();
  ways.over(reason);
}
