import { fromBase64, fromText, toBase64, toText } from './base64.js';
import { openDatabase } from './database.js';
import { eraseProfile } from './erase.js';

/**
 * The login. Its private key is in localStorage, sealed with a key that is in IndexedDB and cannot be exported:
 * neither store is worth anything without the other.
 */
const NOISE_ITEM = 'WANoiseInfo';
const ME_ITEM = 'last-wid-md';
const ADV_ITEM = 'WAAdvSecretKey';
const SIGNING = { name: 'ECDSA', namedCurve: 'P-256' };

const sealing = await openDatabase('wawc_db_enc');
export const signalStorage = await openDatabase('signal-storage');

/** The keys of this page, logged in or about to be. */
let keys = null;

/** Whom this profile belongs to: `{ number, device }`, if both stores agree on one. */
export async function loadLogin() {
  const me = localStorage.getItem(ME_ITEM);
  const noise = localStorage.getItem(NOISE_ITEM);
  const sealKey = await sealing.get('keys', 'seal');
  const registration = await signalStorage.get('state', 'registration');
  if (!me || !noise || !sealKey || !registration?.linked) return null;
  try {
    const { iv, sealed, jwk } = JSON.parse(noise);
    const pkcs8 = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, sealKey, fromBase64(sealed));
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, SIGNING, false, ['sign']);
    const [number, device] = toText(fromBase64(me)).split(':');
    if (registration.linked !== `${number}:${device}`) return null;
    keys = { privateKey, jwk, noise: compress(jwk), identity: registration.identity };
    return { number, device: Number(device) };
  } catch (error) {
    console.warn('the saved login cannot be opened', error);
    return null;
  }
}

/** New keys for a page without a login; earlier ones are gone. */
export async function newRegistration() {
  localStorage.removeItem(ME_ITEM);
  const pair = await crypto.subtle.generateKey(SIGNING, true, ['sign', 'verify']);
  const jwk = await publicJwk(pair.publicKey);
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey);
  const sealKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, sealKey, pkcs8);
  const identityPair = await crypto.subtle.generateKey(SIGNING, false, ['sign', 'verify']);
  const identity = compress(await publicJwk(identityPair.publicKey));

  await sealing.put('keys', sealKey, 'seal');
  await signalStorage.clear('state');
  await signalStorage.put('state', { identity, identityKey: identityPair.privateKey, linked: null }, 'registration');
  localStorage.setItem(NOISE_ITEM, JSON.stringify({ iv: toBase64(iv), sealed: toBase64(sealed), jwk }));
  rotateAdvSecret();
  keys = { privateKey: pair.privateKey, jwk, noise: compress(jwk), identity };
}

/** The phone has linked this page: from now on the profile is a login. */
export async function keepLogin(number, device) {
  await signalStorage.update('state', 'registration', (registration) => ({
    ...registration,
    linked: `${number}:${device}`,
  }));
  localStorage.setItem(ME_ITEM, toBase64(fromText(`${number}:${device}`)));
}

/** Wipes the login, to continue without one in this very page. */
export async function forgetLogin() {
  keys = null;
  localStorage.clear();
  await signalStorage.clear('state');
  await sealing.clear('keys');
}

/** Deletes the login with every database: after it the page must be loaded again. */
export async function eraseLogin() {
  keys = null;
  await eraseProfile();
}

/** The QR's secret changes. */
export function rotateAdvSecret() {
  localStorage.setItem(ADV_ITEM, toBase64(crypto.getRandomValues(new Uint8Array(32))));
}

export function noisePublicKey() {
  return keys?.noise ?? '';
}

export function noiseJwk() {
  return keys?.jwk;
}

export function identityPublicKey() {
  return keys?.identity ?? '';
}

export function advSecretKey() {
  return localStorage.getItem(ADV_ITEM) ?? '';
}

/** Proves to the server that this page owns the login. */
export async function sign(text) {
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, fromText(text));
  return toBase64(signature);
}

async function publicJwk(publicKey) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { kty, crv, x, y };
}

/** The usual short form of a public key: its parity and its x. */
function compress({ x, y }) {
  const last = fromBase64(y).at(-1);
  return toBase64(new Uint8Array([2 + (last & 1), ...fromBase64(x)]));
}
