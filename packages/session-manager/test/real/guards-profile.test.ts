import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import type { Session } from '@leadmaster/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { Stage } from './harness.ts';

const ANA = '5491100000001';
const LOCAL_STORAGE = 'Default/Local Storage/leveldb';
const chromium = await findBrowser({ chromePath: null, visible: true }).catch(() => null);
if (chromium === null) console.info('no full Chromium here: its SingletonLock is not proven');

/** What stands between a saved login and its loss. One linked session; each test breaks something and repairs it. */
describe('a profile that must not be opened', { timeout: 60_000 }, () => {
  let stage: Stage;
  let profile: string;
  let record: string;

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', ANA);
    profile = join(stage.dataDir, 'tokens/ventas');
    record = join(profile, '.leadmaster.json');
    await stage.sessions.stop('ventas');
  });

  afterEach(async () => {
    // Repaired: the same login is READY again, without a QR.
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    await stage.sessions.stop('ventas');
    expect((await stage.path('ventas')).filter((step) => step.startsWith('QR_REQUIRED'))).toHaveLength(1);
    expect(await readdir(join(stage.dataDir, 'trash'))).toEqual([]);
    expect(stage.clones()).toEqual([]);
  });

  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
  });

  /** Starts it and expects a refusal that leaves every byte as it was. */
  async function refused(reason: string): Promise<Session> {
    const before = await fingerprint(profile);
    const session = await stage.sessions.start('ventas');
    expect(session).toMatchObject({ state: 'ERROR', reason, stateKind: 'needs_person', canSend: false });
    expect(await fingerprint(profile)).toEqual(before);
    return session;
  }

  test('is refused to a browser older than the one that wrote it', async () => {
    const text = await readFile(record, 'utf8');
    await writeFile(record, text.replace(/"chromiumVersion": "\d+/, '"chromiumVersion": "999'));
    expect((await refused('browser_too_old')).hint).toContain('999');
    await writeFile(record, text);
  });

  test('is not mistaken for a new session when its folder is away', async () => {
    await rename(profile, `${profile}.away`);
    expect((await refused('login_missing')).hint).toContain(profile);
    expect(existsSync(profile)).toBe(false);
    await rename(`${profile}.away`, profile);
  });

  test('is not opened while its record is cut off, is no file, or is of another session; the session can still be looked at', async () => {
    const text = await readFile(record, 'utf8');
    await writeFile(record, text.slice(0, 40));
    expect((await refused('profile_unreadable')).hint).toContain(record);
    expect((await stage.sessions.list()).items).toMatchObject([{ name: 'ventas', state: 'ERROR' }]);
    expect((await stage.sessions.check('ventas')).valid).toBe(false);
    await rm(record);
    await mkdir(record);
    await refused('profile_unreadable');
    await rm(record, { recursive: true });
    await writeFile(record, text.replace('"ventas"', '"soporte"'));
    await refused('profile_unreadable');
    await writeFile(record, text);
  });

  test('keeps its state over a restart of the service while its record is broken', async () => {
    const text = await readFile(record, 'utf8');
    await writeFile(record, '');
    await refused('profile_unreadable');
    await stage.stop();
    await stage.start();
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'ERROR', reason: 'profile_unreadable' });
    await writeFile(record, text);
  });

  test('is not opened with a store broken, missing or unreadable', async () => {
    const current = join(profile, LOCAL_STORAGE, 'CURRENT');
    await rename(current, `${current}.away`);
    expect((await refused('login_damaged')).hint).toContain('CURRENT');
    await rename(`${current}.away`, current);
    await rename(join(profile, 'Default/IndexedDB'), join(profile, 'IndexedDB.away'));
    await refused('login_damaged');
    await rename(join(profile, 'IndexedDB.away'), join(profile, 'Default/IndexedDB'));
    // A file where the folder was: ENOTDIR is no proof of absence.
    await rename(join(profile, 'Default'), join(profile, 'Default.away'));
    await writeFile(join(profile, 'Default'), '');
    await refused('profile_unreadable');
    await rm(join(profile, 'Default'));
    await rename(join(profile, 'Default.away'), join(profile, 'Default'));
  });

  test('is left to a foreign browser that has it open', async () => {
    const { path } = await findBrowser({ chromePath: null, visible: false });
    const flags = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const stranger = spawn(path, [...flags, 'about:blank'], { stdio: 'ignore', detached: true });
    await vi.waitFor(() => expect(browsersOn(profile).length).toBeGreaterThan(0), 5_000);
    const session = await stage.sessions.start('ventas');
    expect(session).toMatchObject({ state: 'ERROR', reason: 'profile_in_use' });
    expect(session.hint).toContain(`pid ${stranger.pid}`);
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
    stranger.kill('SIGINT');
    await once(stranger, 'exit');
    await vi.waitFor(() => expect(browsersOn(profile)).toEqual([]), 5_000);
  });

  test.skipIf(chromium === null)('is opened past the SingletonLock of another machine', async () => {
    await stage.stop();
    await symlink('another-machine-4711', join(profile, 'SingletonLock'));
    await stage.start({ CHROME_PATH: chromium?.path ?? '' });
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    expect(await readlink(join(profile, 'SingletonLock'))).toContain(hostname());
    await stage.stop();
    await stage.start();
  });
});

describe('a profile from elsewhere', { timeout: 60_000 }, () => {
  test('is shown as UNCLAIMED, and becomes a session in place when it is adopted', async () => {
    await using origin = await Stage.open();
    await origin.start();
    await origin.link('viejo', ANA);
    await origin.stop();
    await using stage = await Stage.open({ env: { CHROME_ARGS: origin.world.chromeArgsText } });
    const place = join(stage.dataDir, 'tokens/admin');
    await cp(join(origin.dataDir, 'tokens/viejo'), place, { recursive: true });
    await rm(join(place, '.leadmaster.json'));
    const before = await fingerprint(place);
    await stage.start();
    expect((await stage.sessions.list()).items).toMatchObject([
      { name: 'admin', state: 'UNCLAIMED', stateKind: 'needs_person' },
    ]);
    await expect(stage.sessions.start('admin')).rejects.toMatchObject({ code: 'session_unclaimed' });
    await expect(stage.sessions.create({ name: 'admin', start: true, metadata: {} })).rejects.toMatchObject({
      code: 'session_unclaimed',
    });
    expect(await fingerprint(place)).toEqual(before);
    expect(
      await stage.context.adoption.adopt({ name: 'admin', path: stage.context.paths.session('admin') }),
    ).toMatchObject({ name: 'admin', state: 'STOPPED' });
    await rename(place, `${place}.away`);
    expect(await stage.sessions.start('admin')).toMatchObject({ state: 'ERROR', reason: 'login_missing' });
    await rename(`${place}.away`, place);
    await stage.sessions.start('admin');
    expect((await stage.until('admin', 'READY')).account?.phone).toBe(ANA);
    expect((await stage.path('admin')).join()).not.toContain('QR_REQUIRED');
    expect(origin.clones()).toEqual([]);
  });
});

describe('sessions with names alike', { timeout: 60_000 }, () => {
  test('never touch one another', async () => {
    await using stage = await Stage.open();
    await stage.start();
    const names = ['client1', 'client10', 'a_b', 'a-b'];
    await Promise.all(names.map((name) => stage.sessions.create({ name, start: true, metadata: {} })));
    await Promise.all(names.map((name) => stage.until(name, 'QR_REQUIRED')));
    const pids = new Map(names.map((name) => [name, stage.browserPid(name)]));
    expect(new Set(pids.values()).size).toBe(4);
    for (const name of ['client1', 'a_b']) await stage.sessions.delete(name);
    for (const name of ['client10', 'a-b']) {
      expect(await stage.sessions.get(name)).toMatchObject({ state: 'QR_REQUIRED' });
      expect(stage.browserPid(name)).toBe(pids.get(name));
      const profile = join(stage.dataDir, 'tokens', name);
      expect(browsersOn(profile).map(({ pid }) => pid)).toEqual([pids.get(name)]);
      expect(existsSync(join(profile, '.leadmaster.json'))).toBe(true);
    }
    expect((await readdir(join(stage.dataDir, 'tokens'))).sort()).toEqual(['a-b', 'client10']);
  });
});

/** Every file of a folder with the hash of its bytes; empty when there is no folder. */
async function fingerprint(folder: string): Promise<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile())
      found[path] = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
  }
  return found;
}
