import type { Page } from 'puppeteer-core';
import { z } from 'zod';

/** Items of localStorage that are looked for. */
export interface LoginItems {
  /** Any of them says whom the profile belongs to. */
  account: readonly string[];
  privateKey: string;
}

/**
 * Runs in a page of WhatsApp's origin. Reads every row of every store, a batch at a time, with every blob in them; tries
 * every key it meets. Tells what was found, never what it is.
 *
 * A row counts as read if all of its value came back. Chromium gives `null` for bytes that it cannot make a value of;
 * in a store that keeps a row's key inside the value, that cannot be what was written.
 */
const READ = `(async (items) => {
  const BATCH = 100;
  const DEPTH = 3;
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  const look = async (value, depth, keys) => {
    if (value instanceof Blob) await value.arrayBuffer();
    else if (value instanceof CryptoKey) keys.push(value);
    else if (depth > 0 && value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
      for (const part of Object.values(value)) await look(part, depth - 1, keys);
  };

  const readStore = async (db, store, keys) => {
    const objects = () => db.transaction(store, 'readonly').objectStore(store);
    const keyInside = objects().keyPath !== null;
    let read = 0;
    for (let range; ; ) {
      const ids = await settled(objects().getAllKeys(range, BATCH));
      const values = await settled(objects().getAll(range, BATCH)).catch(() => null);
      for (const [i, id] of ids.entries()) {
        try {
          const value = values === null ? await settled(objects().get(id)) : values[i];
          if (keyInside && (value === null || value === undefined)) continue;
          await look(value, DEPTH, keys);
          read += 1;
        } catch {}
      }
      if (ids.length < BATCH) return read;
      range = IDBKeyRange.lowerBound(ids.at(-1), true);
    }
  };

  const isUsable = async (key) => {
    const { algorithm: { name }, usages } = key;
    const data = crypto.getRandomValues(new Uint8Array(16));
    const how = { name, iv: data, hash: 'SHA-256', saltLength: 32, salt: data, info: data };
    try {
      if (usages.includes('encrypt') && (name === 'AES-GCM' || name === 'AES-CBC')) await crypto.subtle.encrypt(how, key, data);
      else if (usages.includes('sign')) await crypto.subtle.sign(how, key, data);
      else if (usages.includes('deriveKey') && name === 'HKDF')
        await crypto.subtle.deriveKey(how, key, { name: 'AES-GCM', length: 128 }, false, ['encrypt']);
      return true;
    } catch {
      return false;
    }
  };

  const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const sealedParts = (text) => {
    try {
      const { iv, sealed } = JSON.parse(text);
      return typeof iv === 'string' && typeof sealed === 'string' ? { iv: bytes(iv), body: bytes(sealed) } : null;
    } catch {
      return null;
    }
  };
  const opens = async ({ iv, body }, key) => {
    if (key.algorithm.name !== 'AES-GCM' || !key.usages.includes('decrypt')) return false;
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, body).then(() => true, () => false);
  };
  const sealedState = async (keys) => {
    const text = localStorage.getItem(items.privateKey);
    if (text === null) return 'absent';
    const parts = sealedParts(text);
    if (parts === null) return 'present';
    for (const key of keys) if (await opens(parts, key)) return 'open';
    return 'shut';
  };

  const databases = {};
  const allKeys = [];
  for (const { name } of await indexedDB.databases()) {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.transaction.abort();
    const db = await settled(request);
    const keys = [];
    const found = { readRows: 0, keys: 0, usableKeys: 0 };
    for (const store of db.objectStoreNames) found.readRows += await readStore(db, store, keys);
    found.keys = keys.length;
    for (const key of keys) if (await isUsable(key)) found.usableKeys += 1;
    databases[name] = found;
    allKeys.push(...keys);
    db.close();
  }
  return {
    databases,
    hasAccount: items.account.some((item) => localStorage.getItem(item) !== null),
    sealed: await sealedState(allKeys),
  };
})`;

const found = z.object({
  /** By name: rows that could be read, the keys in them, and those of the keys that did what they are for. */
  databases: z.record(
    z.string(),
    z.object({ readRows: z.number().int(), keys: z.number().int(), usableKeys: z.number().int() }),
  ),
  hasAccount: z.boolean(),
  /** `present`: in a form that only WhatsApp's page knows. `open`, `shut`: whether a key of the profile opens it. */
  sealed: z.enum(['absent', 'present', 'open', 'shut']),
});

/** What a page could read of its origin's databases. */
export type Found = z.infer<typeof found>;

/** Reads all that the page's origin has stored, however long it takes, and returns how much of it could be read. */
export async function readEverything(page: Page, items: LoginItems): Promise<Found> {
  return found.parse(await page.evaluate(`${READ}(${JSON.stringify(items)})`));
}

/** Rows that came back, all databases together. */
export function readRows({ databases }: Found): number {
  return Object.values(databases).reduce((sum, database) => sum + database.readRows, 0);
}

const numbers = z.record(z.string(), z.number());

/** How new each database of the page's origin is. Opens none of them. */
export async function readNumbers(page: Page): Promise<Record<string, number>> {
  const listed = '(async () => (await indexedDB.databases()).map(({ name, version }) => [name, version / 10 - 1]))()';
  return numbers.parse(Object.fromEntries((await page.evaluate(listed)) as [string, number][]));
}
