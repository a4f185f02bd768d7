import { deriveKey, hmac } from './seal.ts';

/** What a session's data is sealed with, and what its objects are bound to. */
export interface SessionKeys {
  readonly vault: string;
  /** The session's id in the vault: random, and new when a session's key was destroyed and its name comes back. */
  readonly session: string;
  readonly ids: Buffer;
  readonly chunks: Buffer;
  readonly index: Buffer;
  readonly chain: Buffer;
  readonly lock: Buffer;
}

export function sessionKeys(vault: string, session: string, secret: Buffer): SessionKeys {
  const key = (purpose: string) => deriveKey(secret, purpose);
  return {
    vault,
    session,
    ids: key('ids'),
    chunks: key('chunks'),
    index: key('index'),
    chain: key('chain'),
    lock: key('lock'),
  };
}

/** A chunk's name: a keyed hash, so that it says nothing to a reader without the key. */
export function chunkId(keys: SessionKeys, sha256: Buffer): string {
  return hmac(keys.ids, sha256).toString('hex');
}
