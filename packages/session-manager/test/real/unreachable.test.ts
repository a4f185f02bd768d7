import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { browserEnvironment } from '../../src/config/browser-machine.ts';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { reachWhatsApp } from '../../src/engine/browser/reach.ts';
import { tempFolder } from '../profile/helpers.ts';
import { RunStage } from './run-stage.ts';

const without = (flag: string) => (own: readonly string[]) => own.filter((arg) => !arg.startsWith(flag));

/** A browser that has never had the page. */
describe('a fresh profile tells why WhatsApp Web is not reached', { timeout: 60_000 }, () => {
  test.each([
    ['dns', 'ERR_NAME_NOT_RESOLVED', (own: readonly string[]) => [...own, '--host-resolver-rules=MAP * ~NOTFOUND']],
    ['tls', 'ERR_CERT_AUTHORITY_INVALID', without('--ignore-certificate-errors')],
    [
      'proxy',
      'ERR_PROXY_CONNECTION_FAILED',
      (own: readonly string[]) => [...without('--no-proxy')(own), '--proxy-server=http://127.0.0.1:9'],
    ],
  ] as const)('%s', async (by, detail, flags) => {
    await using stage = await RunStage.open([], { flags });
    await stage.start();
    expect((await stage.next('unreachable')).found).toEqual({ by, detail });
    expect((await stage.next('lost')).reason).toBe('page_unreachable');
  });

  test('route, and the status of what answers instead: at once, not after the deadline of the page', async () => {
    await using stage = await RunStage.open();
    await stage.world.faults.set({ outage: 'page_unreachable' });
    await stage.start();
    expect((await stage.next('unreachable')).found).toEqual({ by: 'route', detail: 'ERR_CONNECTION_REFUSED' });
    await stage.run.stop(5_000);
    await stage.world.faults.set({ outage: 'page_error' });
    await stage.start();
    expect((await stage.next('unreachable')).found).toEqual({ by: 'http', detail: 'HTTP 503' });
    expect((await stage.next('lost', undefined, 15_000)).reason).toBe('page_unreachable');
  });
});

test('a page that a service worker has kept tells why its socket gets nowhere', { timeout: 60_000 }, async () => {
  await using stage = await RunStage.linked();
  await stage.page.evaluate(
    'navigator.serviceWorker.ready.then(() => caches.open("wa-shell")).then((c) => c.match("/"))',
  );
  await stage.stop();
  await stage.world.faults.set({ outage: 'page_unreachable' });
  await stage.start();
  expect((await stage.next('unreachable')).found).toEqual({ by: 'route', detail: 'ERR_CONNECTION_REFUSED' });
});

test('a living page tells why its socket does not come back', { timeout: 60_000 }, async () => {
  await using stage = await RunStage.linked();
  await stage.world.faults.set({ outage: 'refused' });
  expect((await stage.next('unreachable')).found).toEqual({ by: 'http', detail: 'HTTP 503' });
});

test('the doctor asks in the way that the browsers go, and leaves nothing behind', { timeout: 60_000 }, async () => {
  await using stage = await RunStage.open();
  const { world } = stage;
  const browser = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
  // Of its own: other tests run beside this one.
  const temporary = await mkdtemp(join(tmpdir(), 'leadmaster-reach-'));
  onTestFinished(() => rm(temporary, { recursive: true, force: true }));
  vi.stubEnv('TMPDIR', temporary);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await reachWhatsApp(browser, world.chromeArgs)).toBeNull();
  await world.faults.set({ outage: 'page_error' });
  expect(await reachWhatsApp(browser, world.chromeArgs)).toEqual({ by: 'http', detail: 'HTTP 503' });
  const proxied = [...without('--no-proxy')(world.chromeArgs), '--proxy-server=http://127.0.0.1:9'];
  expect(await reachWhatsApp(browser, proxied)).toEqual({ by: 'proxy', detail: 'ERR_PROXY_CONNECTION_FAILED' });
  // No script of the page has run: WhatsApp's server was not asked for a QR.
  expect(world.observed.filter(({ type }) => type !== 'fault')).toEqual([]);
  expect((await readdir(temporary)).filter((name) => name.startsWith('puppeteer_dev'))).toEqual([]);
});

test("the doctor's browser has the locale of a session's, which can write every file name", {
  timeout: 60_000,
}, async () => {
  await using stage = await RunStage.open();
  const browser = await findBrowser({ chromePath: process.env.CHROME_PATH ?? null, visible: false });
  const folder = await tempFolder();
  const path = join(folder, 'browser');
  await writeFile(path, `#!/bin/sh\nprintf %s "$LC_ALL" > '${folder}/locale'\nexec '${browser.path}' "$@"\n`, {
    mode: 0o755,
  });
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('LC_ALL', 'POSIX');
  expect(await reachWhatsApp({ ...browser, path }, stage.world.chromeArgs)).toBeNull();
  expect(await readFile(join(folder, 'locale'), 'utf8')).toBe((await browserEnvironment()).LC_ALL);
  expect(await readFile(join(folder, 'locale'), 'utf8')).not.toBe('POSIX');
});
