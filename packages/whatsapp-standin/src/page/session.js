import { carryOut, holdHeap } from './account-bulk.js';
import { takeLimits } from './account-limits.js';
import { forgetStorageFull, openAccountWindows, setTerms, showStorageFull } from './account-windows.js';
import * as credentials from './credentials.js';
import { drift } from './drifts.js';
import { eraseFor } from './erase.js';
import { forgetModels, loadModels } from './history.js';
import { eraseAsTheDriftSays, leave, tellLogout } from './leaving.js';
import * as mail from './mail.js';
import { me, myWid } from './me.js';
import { askForPasskey, closePasskeyScreen, getPairingType, setPairingType, usePasskeyWays } from './passkey.js';
import { nextStep } from './ratchet.js';
import {
  allowUnpairedReload,
  holdUnpairedReload,
  planReloadAfterLink,
  planUnpairedReload,
  startFrame,
} from './self-reload.js';
import { Cmd, Conn, offlineProgress, Socket } from './socket-model.js';
import { Wire } from './wire.js';

/**
 * The life of the connection: logging in, showing references, being linked, syncing, being thrown out.
 */
const TIMEOUT_AFTER_MS = 2_500;
const SELF_RELOAD_ANSWER_MS = 2_000;

const wire = new Wire({ message: handle, lost });
mail.useWire(wire);

let login = null;
let challenge = '';
let takingOver = false;
/** Whether this very load of the page was linked. */
let freshlyLinked = false;
/** Whether this load of the page was up once. */
let seenUp = false;
let timeoutTimer = null;
/** Offline parcels still to come, and who waits for the last of them. */
let backlogDone = Promise.withResolvers();

/** Starts the page's session with the login of the profile, if any. */
export async function startSession() {
  Socket.actions = { logout, takeover, reconnect: () => wire.restart() };
  Cmd.actions = { refreshQR };
  usePasskeyWays({ call: (question) => wire.call(question), over: linkAgain });
  startFrame();
  login = await credentials.loadLogin();
  if (login) {
    Object.assign(me, login);
    await loadModels();
  } else {
    await credentials.newRegistration();
  }
  Socket.state = 'OPENING';
  if (login && drift('logout-reason') === '0') return eraseAsTheDriftSays();
  if (login && drift('storage-full') !== undefined) return showStorageFull(() => leave('storage_quota_exceeded'));
  forgetStorageFull();
  wire.connect();
}

function handle(message) {
  const handler = HANDLERS[message.t];
  if (handler) Promise.resolve(handler(message)).catch((error) => console.error(`${message.t} failed`, error));
}

const HANDLERS = {
  async hello(message) {
    challenge = message.challenge;
    if (message.serviceWorker) installServiceWorker();
    if (login) await logIn();
    else register();
  },
  ref({ ref }) {
    Conn.ref = ref;
    Socket.state = 'UNPAIRED';
    planUnpairedReload();
  },
  refs_exhausted() {
    Socket.state = 'UNPAIRED_IDLE';
  },
  passkey() {
    holdUnpairedReload();
    askForPasskey();
  },
  async paired({ number, device, challenge: linkChallenge }) {
    holdUnpairedReload();
    closePasskeyScreen();
    freshlyLinked = true;
    Socket.state = 'PAIRING';
    await forgetModels();
    Object.assign(me, { number, device });
    await credentials.keepLogin(number, device);
    const { step, sig } = await signedStep(linkChallenge);
    login = { number, device };
    wire.send({ t: 'pair_confirm', step, sig, os: browserInfo().os });
  },
  success,
  async failure({ reason }) {
    if (reason === 'banned') return end('TOS_BLOCK');
    login = null;
    await credentials.forgetLogin();
    await forgetModels();
    await credentials.newRegistration();
    register();
  },
  deprecated: () => end('DEPRECATED_VERSION'),
  conflict: () => end('CONFLICT'),
  banned: () => end('TOS_BLOCK'),
  async unlinked() {
    wire.stop();
    mail.setLoggedIn(false);
    tellLogout('logout_from_bridge');
    await leave('unlinked');
  },
  reload: reloadSelf,
  async erase(erasing) {
    wire.stop();
    mail.setLoggedIn(false);
    await eraseFor(erasing);
  },
  state({ state }) {
    mail.setLoggedIn(state === 'CONNECTED' || state === 'SCREEN_LOCKED');
    Socket.state = state;
  },
  tos: ({ tos }) => setTerms(tos, logout),
  limits: ({ limits }) => takeLimits(limits),
  async parcels({ mode, parcels, left }) {
    // To a page that has long been up, what it missed during a broken line is news; to a fresh one it is history.
    await mail.takeParcels(parcels, mode === 'live' || Socket.hasSynced);
    if (left === 0) backlogDone.resolve();
  },
  async bulk({ job, order }) {
    try {
      wire.send({ t: 'bulk_done', job, ...(await carryOut(order)) });
    } catch (error) {
      wire.send({ t: 'bulk_done', job, bytes: 0, rows: 0, error: String(error) });
    }
  },
  async stored({ job, chat }) {
    try {
      wire.send({ t: 'stored', job, messages: await mail.storedIn(chat) });
    } catch (error) {
      wire.send({ t: 'stored', job, messages: [], error: String(error) });
    }
  },
  resync() {
    Socket.hasSynced = false;
    Socket.hasSynced = true;
  },
};

function register() {
  wire.send({
    t: 'register',
    noiseKey: credentials.noiseJwk(),
    noise: credentials.noisePublicKey(),
    identity: credentials.identityPublicKey(),
    adv: credentials.advSecretKey(),
    platform: DEVICE_PLATFORM,
  });
}

async function logIn() {
  const { epoch } = wire;
  const { step, sig } = await signedStep(challenge);
  if (epoch !== wire.epoch) return;
  wire.send({ t: 'login', ...login, step, sig, takeover: takingOver });
  takingOver = false;
}

async function signedStep(forChallenge) {
  const step = await nextStep();
  const sig = await credentials.sign(`${forChallenge}|${me.number}:${me.device}|${step.counter}|${step.nonce}`);
  return { step, sig };
}

async function success(message) {
  const { epoch } = wire;
  clearTimeout(timeoutTimer);
  me.name = message.name;
  // A page that was linked just now continues until its next load.
  if (!freshlyLinked && drift('logout-reason') !== undefined) {
    wire.stop();
    return eraseAsTheDriftSays();
  }
  Conn.set({ pushname: message.name, wid: myWid(), connected: true });
  mail.setLoggedIn(true);
  backlogDone = Promise.withResolvers();
  if (message.waiting === 0) backlogDone.resolve();
  Socket.state = 'CONNECTED';
  if (message.sync.speed === 'fast' || drift('ready-early') !== undefined) Socket.hasSynced = true;
  await takeLimits(message.limits);
  holdHeap(message.heapBytes);
  if (message.history) await carryOut(message.history);
  await backlogDone.promise;
  if (!Socket.hasSynced) await showProgress(message.sync, epoch);
  if (epoch !== wire.epoch || !wire.open) return;
  const { finishSync } = await import('./lazy.js');
  await finishSync((counts) => wire.send({ t: 'synced', ...counts }));
  await afterSync();
}

/** What comes over a page that is up, once; a page that was linked just now is left in peace until its next load. */
async function afterSync() {
  if (seenUp) return;
  seenUp = true;
  await openAccountWindows(logout);
  if (freshlyLinked) planReloadAfterLink(reloadSelf);
  else if (drift('tos-3') !== undefined) await setTerms(3, logout);
}

/** Reloads the page, unless the server answers that this ends the login: then its word does. */
async function reloadSelf() {
  const answer = wire.call({ t: 'self_reload' }).catch(() => true);
  const silence = new Promise((resolve) => setTimeout(resolve, SELF_RELOAD_ANSWER_MS, true));
  if (await Promise.race([answer, silence])) location.reload();
}

/** The loading screen: in steps while it is slow, in one go else. */
async function showProgress({ speed, ms }, epoch) {
  const steps = speed === 'slow' ? 10 : 1;
  for (let step = 1; step <= steps; step++) {
    await new Promise((resolve) => setTimeout(resolve, ms / steps));
    if (epoch !== wire.epoch) return;
    offlineProgress.percent = Math.round((100 * step) / steps);
    Cmd.trigger('offline_progress_update_from_bridge');
  }
}

/** The line broke. Only a page that was up reports it; one that is still starting continues to open. */
function lost() {
  mail.setLoggedIn(false);
  backlogDone.resolve();
  Conn.connected = false;
  if (Socket.state === 'TIMEOUT') return;
  const wasUp = Socket.state === 'CONNECTED';
  Socket.state = 'OPENING';
  if (!wasUp || drift('states-2026') !== undefined) return;
  clearTimeout(timeoutTimer);
  timeoutTimer = setTimeout(() => {
    if (Socket.state === 'OPENING') Socket.state = 'TIMEOUT';
  }, TIMEOUT_AFTER_MS);
}

/** A state that the page does not leave by itself. */
function end(state) {
  wire.stop();
  mail.setLoggedIn(false);
  clearTimeout(timeoutTimer);
  Socket.state = state;
}

/** The passkey did not come: new references, for the secret that changed. */
function linkAgain(reason) {
  allowUnpairedReload();
  wire.send({ t: 'passkey_over', reason });
  register();
}

function takeover() {
  takingOver = true;
  Socket.state = 'OPENING';
  wire.restart();
}

function refreshQR() {
  wire.send({ t: 'refresh_qr' });
}

async function logout() {
  await wire.call({ t: 'logout' });
  wire.stop();
  mail.setLoggedIn(false);
  tellLogout('logout');
  await leave('user');
}

function installServiceWorker() {
  navigator.serviceWorker?.register('/sw.js').catch((error) => console.warn('no service worker', error));
}

export const DEVICE_PLATFORM = '1';

/** `WAWebMiscBrowserUtils`: as an object, because whatsapp-web.js replaces its `info`. */
export const browserUtils = { info: () => ({ name: 'Chrome', os: 'Linux', version: '1' }) };

function browserInfo() {
  return browserUtils.info();
}

/** `WAWebAltDeviceLinkingApi`: linking by phone number. */
export const altLinking = {
  setPairingType,
  getPairingType,
  /** A page that shows a code stays: a reload would take the code with it. */
  async initializeAltDeviceLinking() {
    holdUnpairedReload();
  },
  startAltLinkingFlow: (phone) => wire.call({ t: 'pair_code', phone }),
  async initializeQRLinking() {},
};

/** Whether a number is on WhatsApp. */
export function numberExists(number) {
  return wire.call({ t: 'exists', number });
}

export { refreshQR };
