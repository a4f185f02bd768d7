import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WHATSAPP_ORIGIN } from '@leadmaster/capture/classify';
import { browsersOn, endGroup, groupMembers } from '@leadmaster/capture/processes';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BrowserFinder } from '../../src/engine/browser/browser-finder.ts';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { createDrillBrowser, type OfflineReading } from '../../src/engine/drill/drill-browser.ts';
import { drillFlags } from '../../src/engine/drill/flags.ts';
import { networkNamespace } from '../../src/engine/drill/namespace.ts';
import { openOfflinePage } from '../../src/engine/drill/offline-page.ts';
import { startOffline } from '../../src/engine/drill/offline-process.ts';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
const ORIGIN = 'https://web.whatsapp.com/';
const MINUTE = 60_000;
const isRoot = process.getuid?.() === 0;
const run = promisify(execFile);

const browsers = new BrowserFinder(null);
const drill = createDrillBrowser({ browsers });
/** A linked profile that was stopped, with its service worker. */
let linked: string;
const folders: string[] = [];
/** A door of this machine that counts who knocks; the flags of a user may lead there. */
let door: Server;
let knocks = 0;

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-drill-'));
  folders.push(folder);
  return folder;
}

async function copyOf(profile: string): Promise<string> {
  const folder = await temporary();
  await cp(profile, folder, { recursive: true });
  return folder;
}

function doorPort(): number {
  return (door.address() as AddressInfo).port;
}

/** Flags by which WhatsApp's name leads to the door, as `CHROME_ARGS` might. */
function leadingFlags(): string[] {
  return [
    `--host-resolver-rules=MAP web.whatsapp.com 127.0.0.1:${doorPort()}`,
    `--ip-address-space-overrides=127.0.0.1:${doorPort()}=public`,
    '--no-proxy-server',
  ];
}

async function flagsOf(profileDir: string): Promise<string[]> {
  const { kind } = await browsers.find(false);
  return drillFlags(profileDir, { isShell: kind === 'headless-shell', isRoot });
}

/** The drill's flags without those that shut the network off, and with others that open it. */
async function openFlags(profileDir: string): Promise<string[]> {
  const harmless = (await flagsOf(profileDir)).filter((flag) => !/^--(host-resolver-rules|proxy-)/.test(flag));
  return [...harmless, ...leadingFlags()];
}

/** Has something done in a browser on a copy, started as the drill starts it but with the network that is given. */
async function inOfflineBrowser<T>(folder: string, flags: string[], act: (browser: Browser) => Promise<T>): Promise<T> {
  const { path } = await browsers.find(false);
  const started = startOffline({ path, flags, namespace: null, homeDir: await temporary() });
  try {
    const browser = await puppeteer.connect({ transport: started.transport, defaultViewport: null });
    const result = await act(browser);
    await browser.close();
    return result;
  } finally {
    await endGroup(started.identity, { termMs: 5_000, killMs: 5_000 });
    expect(browsersOn(folder)).toEqual([]);
  }
}

/** Changes what the page's databases hold, as the page itself might. */
async function changed(script: string): Promise<string> {
  const folder = await copyOf(linked);
  await inOfflineBrowser(folder, await flagsOf(folder), async (browser) => {
    await (await openOfflinePage(browser)).evaluate(script);
  });
  return folder;
}

/** A script with a way to change one store of one database, made if it is not there. */
function withStore(database: string, store: string, act: string): string {
  return `(async () => {
    const made = await new Promise((resolve, reject) => {
      const request = indexedDB.open('${database}');
      request.onupgradeneeded = () => request.result.createObjectStore('${store}', { keyPath: 'id' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const values = await (async () => { ${act} })();
    await new Promise((resolve, reject) => {
      const transaction = made.transaction('${store}', 'readwrite', { durability: 'strict' });
      const objects = transaction.objectStore('${store}');
      if (values === undefined) objects.clear();
      else for (const value of values) objects.put(value);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    made.close();
  })()`;
}

function rowsOf({ census }: OfflineReading): number {
  return Object.values(census.rows).reduce((sum, rows) => sum + rows, 0);
}

function wrongParts({ login }: OfflineReading): string[] {
  return login.filter(({ ok }) => !ok).map(({ name }) => name);
}

beforeAll(async () => {
  door = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  await using stage = await Stage.open();
  await stage.start();
  await stage.link('ventas', PHONE);
  const profile = stage.context.paths.session('ventas');
  await vi.waitFor(
    async () => {
      const workers = await readFile(join(profile, 'Default/Service Worker/Database/000003.log'), 'latin1');
      expect(workers).toContain('sw.js');
    },
    { timeout: 15_000 },
  );
  await stage.sessions.stop('ventas');
  linked = await copyOf(profile);
});

afterAll(async () => {
  await new Promise((resolve) => door.close(resolve));
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('each thing that keeps a drill from the network holds by itself', () => {
  /** Tries to get out by name and by address, with nothing answered by us. */
  async function tryToLeave(flags: string[], namespace: readonly string[] | null): Promise<number> {
    const before = knocks;
    const { path } = await browsers.find(false);
    const browser = await puppeteer.launch({
      executablePath: namespace === null ? path : '/usr/bin/unshare',
      args: namespace === null ? flags : [...namespace, '--', path, ...flags],
      ignoreDefaultArgs: true,
      pipe: true,
    });
    try {
      const [page] = await browser.pages();
      for (const url of [ORIGIN, `http://127.0.0.1:${doorPort()}/`, `http://localhost:${doorPort()}/`]) {
        // A service worker may answer by itself, and then it asks behind our back.
        await page?.goto(url).catch(() => undefined);
      }
    } finally {
      await browser.close();
    }
    return knocks - before;
  }

  test('with neither, it does get out: the door counts', async () => {
    const folder = await temporary();
    expect(await tryToLeave(await openFlags(folder), null)).toBeGreaterThan(0);
  });

  test('the flags', async () => {
    const folder = await copyOf(linked);
    expect(await tryToLeave(await flagsOf(folder), null)).toBe(0);
  });

  test('the network namespace', async (context) => {
    const namespace = await networkNamespace();
    if (namespace === null) return context.skip('this system gives no network namespace');
    expect(await tryToLeave(await openFlags(await temporary()), namespace)).toBe(0);
  });

  test("the browser's own interception: no request leaves the page, and nothing else comes to run", async () => {
    const folder = await copyOf(linked);
    const before = knocks;
    await inOfflineBrowser(folder, await openFlags(folder), async (browser) => {
      const page = await openOfflinePage(browser);
      const asked = await page.evaluate(`fetch('/').then(() => 'answered', () => 'refused')`);
      expect(asked).toBe('refused');
      expect(await startWorker(page)).toContain('starting');
      const session = await browser.target().createCDPSession();
      await session.send('Target.createTarget', { url: `${ORIGIN}send` });
      // Nothing says that nothing will happen.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await startWorker(page)).not.toContain('running');
      expect(await browser.pages()).toHaveLength(1);
    });
    expect(knocks).toBe(before);
  });

  /** Has the copy's service worker started; says in which states it was seen. */
  async function startWorker(page: Page): Promise<string[]> {
    const session = await page.createCDPSession();
    const seen: string[] = [];
    const enough = Promise.withResolvers<void>();
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      seen.push(...versions.map(({ runningStatus }) => runningStatus));
      if (seen.some((status) => status !== 'stopped')) enough.resolve();
    });
    await session.send('ServiceWorker.enable');
    void session.send('ServiceWorker.startWorker', { scopeURL: ORIGIN }).catch(enough.reject);
    await enough.promise;
    await session.detach();
    return seen;
  }

  test('without a namespace a drill says so, and is as silent', async () => {
    const before = knocks;
    const byFlags = createDrillBrowser({ browsers, namespace: async () => null });
    const reading = await byFlags.read(await copyOf(linked), AbortSignal.timeout(MINUTE));
    expect(reading.isolation).toBe('flags');
    expect(wrongParts(reading)).toEqual([]);
    expect(knocks).toBe(before);
  });
});

describe('what a drill reads', () => {
  test('a row whose bytes are gone or cut short is not read, and the others are', async () => {
    const folder = await changed(
      withStore(
        'media',
        'files',
        `const big = () => {
           // Such that it cannot be made small: only then is it a file of its own.
           const bytes = new Uint8Array(300_000);
           for (let at = 0; at < bytes.length; at += 50_000) crypto.getRandomValues(bytes.subarray(at, at + 50_000));
           return bytes;
         };
         return [
           { id: 1, bytes: big() }, { id: 2, bytes: big() },
           { id: 3, file: new Blob([big()]) }, { id: 4, file: new Blob([big()]) },
           { id: 5, text: 'small' },
         ];`,
      ),
    );
    const whole = await drill.read(await copyOf(folder), AbortSignal.timeout(MINUTE));
    expect(whole.census.rows['media/files']).toBe(5);
    expect(whole.readRows).toBe(rowsOf(whole));

    const blobs = join(folder, `Default/IndexedDB/${WHATSAPP_ORIGIN}.indexeddb.blob`);
    const files = (await readdir(blobs, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const [one, two, three] = files.map(({ parentPath, name }) => join(parentPath, name)).sort() as [
      string,
      string,
      string,
    ];
    await rm(one);
    await truncate(two, 1_000);
    await rm(three);
    const damaged = await drill.read(folder, AbortSignal.timeout(MINUTE));
    expect(rowsOf(damaged)).toBe(rowsOf(whole));
    expect(damaged.readRows).toBe(rowsOf(damaged) - 3);
    expect(wrongParts(damaged)).toEqual([]);
  });

  test("a login in WhatsApp's own form: there, its keys tried, and not opened", async () => {
    const folder = await changed(`(async () => {
      localStorage.setItem('WANoiseInfo', JSON.stringify({ privKey: 'AAAA', pubKey: 'AAAA' }));
      await ${withStore(
        'other-keys',
        'keys',
        `const raw = crypto.getRandomValues(new Uint8Array(32));
         return [
           { id: 1, key: await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey']) },
           { id: 2, key: await crypto.subtle.importKey('raw', raw, 'AES-CBC', false, ['encrypt', 'decrypt']) },
           { id: 3, key: await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']) },
           { id: 4, key: await crypto.subtle.importKey('raw', raw, 'PBKDF2', false, ['deriveBits']) },
         ];`,
      )};
    })()`);
    const reading = await drill.read(folder, AbortSignal.timeout(MINUTE));
    expect(wrongParts(reading)).toEqual([]);
    expect(reading.login.find(({ name }) => name === 'private_key')?.detail).toMatch(/only WhatsApp's page opens/);
    expect(reading.login.find(({ name }) => name === 'keys')?.detail).toMatch(/^6 of 6 can be used/);
  });

  test.each([
    ['the sealing key', withStore('wawc_db_enc', 'keys', ''), ['private_key', 'sealing_key']],
    ['the registration', withStore('signal-storage', 'state', ''), ['registration']],
    ['the account', `localStorage.removeItem('last-wid-md')`, ['account']],
    [
      'the right private key',
      `localStorage.setItem('WANoiseInfo', JSON.stringify({ iv: btoa('0123456789ab'), sealed: btoa('x'.repeat(64)) }))`,
      ['private_key'],
    ],
  ])('a login without %s is none', async (_part, script, wrong) => {
    const reading = await drill.read(await changed(script), AbortSignal.timeout(MINUTE));
    expect(wrongParts(reading)).toEqual(wrong);
  });

  test('tells nothing of what it saw', async () => {
    const secrets = await inSecret();
    const reading = JSON.stringify(await drill.read(await copyOf(linked), AbortSignal.timeout(MINUTE)));
    expect(secrets.length).toBeGreaterThan(2);
    for (const secret of secrets) expect(reading).not.toContain(secret);
  });

  /** Every value of localStorage, and what the sealed one is made of. */
  async function inSecret(): Promise<string[]> {
    const folder = await copyOf(linked);
    const values = await inOfflineBrowser(folder, await flagsOf(folder), async (browser) =>
      (await openOfflinePage(browser)).evaluate('Object.values(localStorage)'),
    );
    return (values as string[])
      .flatMap((value) => (value.startsWith('{') ? Object.values(JSON.parse(value)) : [value]))
      .filter((value): value is string => typeof value === 'string');
  }
});

describe('how a drill ends', () => {
  // A temporary folder of its own: other drills may run on this machine.
  beforeAll(async () => {
    vi.stubEnv('TMPDIR', await temporary());
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  const leftBehind = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('lm-drill-'));

  function pidOf(folder: string): number {
    const [browser] = browsersOn(folder);
    if (browser === undefined) throw new Error('it has not started yet');
    return browser.pid;
  }

  async function whenStarted(folder: string): Promise<number> {
    return vi.waitFor(() => pidOf(folder), { timeout: 10_000, interval: 5 });
  }

  test('a browser that hangs is given up at the deadline, with every process of it', async () => {
    const folder = await copyOf(linked);
    const reading = drill.read(folder, AbortSignal.timeout(3_000)).catch((error: unknown) => error);
    const pid = await whenStarted(folder);
    process.kill(-pid, 'SIGSTOP');
    expect(await reading).toMatchObject({ name: 'TimeoutError' });
    expect(groupMembers(pid)).toEqual([]);
    expect(browsersOn(folder)).toEqual([]);
    expect(await leftBehind()).toEqual([]);
  });

  test('a browser that dies is a failure to read, not a reading', async () => {
    const folder = await copyOf(linked);
    const reading = drill.read(folder, AbortSignal.timeout(MINUTE)).catch((error: unknown) => error);
    process.kill(-(await whenStarted(folder)), 'SIGKILL');
    expect((await reading) as { code: string }).toHaveProperty(
      'code',
      expect.stringMatching(/^(browser|engine)_failed$/),
    );
    expect(await leftBehind()).toEqual([]);
  });

  test('a browser that does not start says nothing about the copy, and why in its own words', async () => {
    const script = join(await temporary(), 'browser');
    await writeFile(script, '#!/bin/sh\necho "No usable sandbox!" >&2\nexit 1\n');
    await chmod(script, 0o755);
    const found = { ...(await browsers.find(false)), path: script };
    const broken = createDrillBrowser({ browsers: { find: async () => found } });
    await expect(broken.read(await copyOf(linked), AbortSignal.timeout(MINUTE))).rejects.toMatchObject({
      code: 'browser_failed',
      message: expect.stringContaining('No usable sandbox!'),
    });
    expect(await leftBehind()).toEqual([]);
  });
});

describe('where a drill runs', () => {
  test('in the full Chromium too, on a copy that names another machine as its owner', async (context) => {
    const full = await findBrowser({ chromePath: null, visible: true }).catch(() => null);
    if (full === null) return context.skip('there is no full browser');
    const folder = await copyOf(linked);
    await symlink('elsewhere-4711', join(folder, 'SingletonLock'));
    const before = knocks;
    const reading = await createDrillBrowser({ browsers: new BrowserFinder(full.path) }).read(
      folder,
      AbortSignal.timeout(MINUTE),
    );
    expect(wrongParts(reading)).toEqual([]);
    expect(reading.readRows).toBe(rowsOf(reading));
    expect(knocks).toBe(before);
  });

  test('as a user without rights, with the sandbox on', async (context) => {
    if (!isRoot) return context.skip('every drill of this run was one');
    const NOBODY = '65534';
    const folder = await copyOf(linked);
    await run('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
    const as = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
    const child = [process.execPath, join(import.meta.dirname, 'drill-child.ts'), folder];
    const { stdout } = await run('setpriv', [...as, ...child], { timeout: MINUTE });
    const { uid, reading, isolated } = JSON.parse(stdout) as {
      uid: number;
      reading: OfflineReading;
      isolated: boolean;
    };
    expect(uid).toBe(Number(NOBODY));
    expect(wrongParts(reading)).toEqual([]);
    expect(reading.isolation).toBe(isolated ? 'namespace' : 'flags');
  });
});
