import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

const SHELL = ['/usr/lib/chromium/chromium-headless-shell', '/usr/bin/chromium-headless-shell'].find(existsSync);

/** A page on loopback that keeps rows in IndexedDB and values in Local Storage, as WhatsApp's does. */
const PAGE = `<!doctype html><title>store</title><script>
const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open('rows', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('rows');
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
async function put(from, count, bytes) {
  const db = await opened;
  const done = new Promise((resolve, reject) => {
    const transaction = db.transaction('rows', 'readwrite', { durability: 'strict' });
    for (let row = from; row < from + count; row++) {
      const value = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(value.subarray(at, at + 65536));
      transaction.objectStore('rows').put(value, row);
    }
    transaction.oncomplete = resolve;
    transaction.onerror = () => reject(transaction.error);
  });
  await done;
}
async function count() {
  const db = await opened;
  return new Promise((resolve, reject) => {
    const request = db.transaction('rows').objectStore('rows').count();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
</script>`;

/** A real browser on a profile, with a page of its own origin. */
export class StorePage implements AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;

  private constructor(browser: Browser, page: Page) {
    this.browser = browser;
    this.page = page;
  }

  static async open(profileDir: string, server: Server): Promise<StorePage> {
    if (SHELL === undefined) throw new Error('chromium-headless-shell is not installed');
    const browser = await puppeteer.launch({
      executablePath: SHELL,
      userDataDir: profileDir,
      pipe: true,
      args: ['--no-sandbox', '--no-proxy-server', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeout: 20_000 });
    return new StorePage(browser, page);
  }

  /** Writes rows of random bytes, in one transaction that is on the disk when this resolves. */
  async put(from: number, count: number, bytes: number): Promise<void> {
    await this.page.evaluate(`put(${from}, ${count}, ${bytes})`);
  }

  async count(): Promise<number> {
    return Number(await this.page.evaluate('count()'));
  }

  async remember(key: string, value: string): Promise<void> {
    await this.page.evaluate(`localStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(value)})`);
  }

  async remembered(key: string): Promise<string | null> {
    return (await this.page.evaluate(`localStorage.getItem(${JSON.stringify(key)})`)) as string | null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** Serves the page; the port is part of the origin, so one server serves every run of a profile. */
export async function servePage(): Promise<Server & AsyncDisposable> {
  const server = createServer((_, reply) => reply.setHeader('content-type', 'text/html').end(PAGE));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
