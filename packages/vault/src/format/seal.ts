import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { FORMAT } from './version.ts';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
/** What sealing adds to a text. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** A key for one purpose. HMAC is a PRF, so keys of different purposes say nothing about each other or the secret. */
export function deriveKey(secret: Buffer, purpose: string): Buffer {
  return hmac(secret, `${FORMAT} ${purpose}`);
}

export function hmac(key: Buffer, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** `nonce, ciphertext, tag` in pieces, so that large texts are not copied again. */
export function seal(key: Buffer, plain: Buffer, bound: string): Buffer[] {
  // Random nonces: safe up to 2^32 seals under a key, which are petabytes of chunks of one session.
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
  const text = cipher.update(plain);
  cipher.final();
  return [nonce, text, cipher.getAuthTag()];
}

/** The text, or null when one bit of it, of the key or of what it is bound to differs. */
export function unseal(key: Buffer, sealed: Buffer, bound: string): Buffer | null {
  if (sealed.length < SEAL_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(bound));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return text;
}
