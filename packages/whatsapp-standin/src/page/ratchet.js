import { toBase64 } from './base64.js';
import { signalStorage } from './credentials.js';

/** How many of its past steps a profile remembers: a busy server may hear of a few seconds' steps late. */
const MEMORY = 64;

/** Steps are taken one after the other, in the order in which they will be sent. */
let last = Promise.resolve();

/**
 * Takes the next step of the ratchet. It is on disk when this resolves, and only then may be used: a step that was lost
 * leaves a gap, one that was used twice betrays a copied profile.
 */
export function nextStep() {
  const step = last.then(() =>
    signalStorage.update('state', 'ratchet', (before = { counter: 0, nonce: '', chain: [] }) => ({
      counter: before.counter + 1,
      nonce: toBase64(crypto.getRandomValues(new Uint8Array(12))),
      chain: [...before.chain, before.nonce].slice(-MEMORY),
    })),
  );
  last = step.catch(() => {});
  return step;
}
