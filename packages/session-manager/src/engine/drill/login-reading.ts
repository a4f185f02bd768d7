import { z } from 'zod';
import type { OfflineReading } from './drill-browser.ts';

/**
 * What a login consists of, as far as it can be told from outside WhatsApp's page. Items of localStorage; the private
 * key among them is sealed with a key that lies in IndexedDB and that nobody can take out.
 */
export const LOGIN_ITEMS = {
  /** Whom the profile belongs to. */
  identity: ['last-wid-md', 'last-wid'],
  /** The device's private key, sealed. */
  privateKey: ['WANoiseInfo'],
} as const;

/**
 * Runs in a page of WhatsApp's origin. Reads every row of every store, a batch at a time, and every blob in them; tries
 * every key it meets. Tells what was found, never what it is.
 */
export const READ = `(async (items) => {
  const BATCH = 200;
  const found = { readRows: 0, keys: 0, usableKeys: 0, sealed: 'absent', identity: false };
  const cryptoKeys = [];
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const look = async (value, depth) => {
    if (value instanceof Blob) await value.arrayBuffer();
    else if (value instanceof CryptoKey) cryptoKeys.push(value);
    else if (depth > 0 && value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
      for (const part of Object.values(value)) await look(part, depth - 1);
  };
  for (const { name } of await indexedDB.databases()) {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort();
    const db = await settled(request);
    for (const store of db.objectStoreNames) {
      for (let after; ; ) {
        const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true);
        const objects = db.transaction(store, 'readonly').objectStore(store);
        const [keys, values] = await Promise.all([
          settled(objects.getAllKeys(range, BATCH)),
          settled(objects.getAll(range, BATCH)),
        ]);
        for (const value of values) await look(value, 3);
        found.readRows += values.length;
        if (keys.length < BATCH) break;
        after = keys.at(-1);
      }
    }
    db.close();
  }
  const data = new Uint8Array(16);
  for (const key of cryptoKeys) {
    found.keys += 1;
    const name = key.algorithm.name;
    const can = (usage) => key.usages.includes(usage);
    try {
      if (name === 'AES-GCM' && can('encrypt'))
        await crypto.subtle.encrypt({ name, iv: crypto.getRandomValues(new Uint8Array(12)) }, key, data);
      else if (can('sign')) await crypto.subtle.sign({ name, hash: 'SHA-256' }, key, data);
      found.usableKeys += 1;
    } catch {}
  }
  found.identity = items.identity.some((item) => localStorage.getItem(item) !== null);
  const sealed = items.privateKey.map((item) => localStorage.getItem(item)).find((item) => item !== null);
  if (sealed !== undefined) {
    found.sealed = 'present';
    const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    let parts = null;
    try {
      const { iv, sealed: body } = JSON.parse(sealed);
      if (typeof iv === 'string' && typeof body === 'string') parts = { iv: bytes(iv), body: bytes(body) };
    } catch {}
    if (parts !== null) {
      found.sealed = 'shut';
      for (const key of cryptoKeys) {
        if (key.algorithm.name !== 'AES-GCM' || !key.usages.includes('decrypt')) continue;
        const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: parts.iv }, key, parts.body).catch(() => null);
        if (opened !== null) found.sealed = 'open';
      }
    }
  }
  return found;
})(${JSON.stringify(LOGIN_ITEMS)})`;

const foundSchema = z.object({
  readRows: z.number().int(),
  keys: z.number().int(),
  usableKeys: z.number().int(),
  /** `present`: in a form that only WhatsApp's page knows. `open`, `shut`: whether a key of the profile opens it. */
  sealed: z.enum(['absent', 'present', 'open', 'shut']),
  identity: z.boolean(),
});

const SEALED = {
  absent: 'the sealed private key is missing',
  present: "the sealed private key is there, in a form that only WhatsApp's page opens",
  open: 'the sealed private key opens with the key that lies in IndexedDB',
  shut: 'no key in IndexedDB opens the sealed private key',
} as const;

/** What was found, as checks. */
export function judgeLogin(found: unknown): Pick<OfflineReading, 'readRows' | 'login'> {
  const { readRows, keys, usableKeys, sealed, identity } = foundSchema.parse(found);
  return {
    readRows,
    login: [
      {
        name: 'account',
        ok: identity,
        detail: identity ? 'the profile says whose it is' : 'the profile does not say whose it is',
      },
      { name: 'keys', ok: keys > 0 && usableKeys === keys, detail: `${usableKeys} of ${keys} keys can be used` },
      { name: 'private_key', ok: sealed === 'present' || sealed === 'open', detail: SEALED[sealed] },
    ],
  };
}
