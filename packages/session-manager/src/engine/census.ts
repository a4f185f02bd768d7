import { type Census, census as censusSchema } from '@leadmaster/protocol';
import type { Page } from 'puppeteer-core';

/**
 * Runs in a page of WhatsApp's origin. A database is opened at the version it has; one that is gone in between is not
 * recreated. `versionchange` lets the page upgrade its databases while we look.
 */
const COUNT = `(async () => {
  const rows = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onupgradeneeded = () => request.transaction.abort();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => (request.error?.name === 'AbortError' ? resolve(null) : reject(request.error));
    });
    if (db === null) continue;
    db.onversionchange = () => db.close();
    try {
      for (const store of db.objectStoreNames) {
        rows[name + '/' + store] = await new Promise((resolve, reject) => {
          const request = db.transaction(store, 'readonly').objectStore(store).count();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      }
    } finally {
      db.close();
    }
  }
  return { localStorage: localStorage.length, rows };
})()`;

/** Counts what the databases of the page's origin hold. Costs a scan of their keys: a fraction of a second for 100,000 rows. */
export async function takeCensus(page: Page): Promise<Census> {
  return censusSchema.parse(await page.evaluate(COUNT));
}
