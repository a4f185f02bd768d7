import { spawnSync } from 'node:child_process';
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classify, LOGIN_STORES, RULES } from '@leadmaster/capture/classify';
import { describe, expect, test } from 'vitest';
import { newestChromium, refuseOlderBrowser } from '../../src/profile/browser-version.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { realFs } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { cleanUp, putLogin, tempFolder } from './helpers.ts';

test('a record that was being written by a process that died goes with the next one that is written', async () => {
  const store = createProfileStore({ dataDir: await tempFolder() });
  await store.create('a');
  const profile = store.locate('a');
  const others = ['.leadmaster-notes.tmp', '.leadmaster-0123456789ab.tmp.kept'];
  for (const name of ['.leadmaster-0123456789ab.tmp', ...others]) await writeFile(join(profile, name), '{"half');
  await store.updateRecord('a', { committedAt: new Date().toISOString() });
  expect((await readdir(profile)).sort()).toEqual([...others, '.leadmaster.json'].sort());
});

describe('permissions', () => {
  test('are closed to others, inside too, without following links', async () => {
    const store = createProfileStore({ dataDir: await tempFolder() });
    await store.create('a');
    const profile = store.locate('a');
    await putLogin(profile);
    const outside = join(await tempFolder(), 'outside');
    await writeFile(outside, '', { mode: 0o644 });
    await symlink(outside, join(profile, 'SingletonSocket'));
    await symlink('vm-1', join(profile, 'SingletonLock'));
    await chmod(profile, 0o755);
    const wide = (await readdir(profile, { recursive: true, withFileTypes: true })).filter(
      (entry) => !entry.isSymbolicLink() && entry.name !== '.leadmaster.json',
    ).length;
    expect((await store.check('a')).checks.find((c) => c.name === 'permissions')?.ok).toBe(false);
    expect(await store.repairPermissions('a')).toBe(wide + 1);
    expect(await store.repairPermissions('a')).toBe(0);
    expect((await stat(outside)).mode & 0o777).toBe(0o644);
    expect((await stat(join(profile, LOGIN_STORES.indexedDb, 'CURRENT'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(profile, 'Default'))).mode & 0o777).toBe(0o700);
    await store.updateRecord('a', { committedAt: new Date().toISOString() });
    expect((await store.check('a')).checks.filter((c) => !c.ok)).toEqual([]);
  });
});

describe('the classes', () => {
  test('every rule has a reason, and is not hidden by one before it', () => {
    for (const rule of RULES) {
      expect(rule.why).not.toBe('');
      expect(classify(rule.path.replaceAll('*', 'x')).why).toBe(rule.why);
    }
  });

  test('of paths as Chromium makes them', () => {
    const expected: Record<string, string> = {
      '.leadmaster.json': 'critical',
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb/000005.ldb': 'critical',
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.blob/1/00/1': 'critical',
      'Default/Local Storage/leveldb/CURRENT': 'critical',
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb.bak/x': 'important',
      'Default/IndexedDB/https_example.com_0.indexeddb.leveldb/CURRENT': 'important',
      'Default/Local Storage': 'optional',
      'Default/Preferences': 'important',
      'Default/Service Worker/CacheStorage/ab/index': 'optional',
      'Default/Service Worker/Database/CURRENT': 'important',
      'Default/Cache/Cache_Data/data_0': 'temporary',
      'Default/Code Cache/js/index': 'temporary',
      'GrShaderCache/data_0': 'temporary',
      'Default/History': 'optional',
      SingletonLock: 'temporary',
      'Default/.leadmaster.json': 'optional',
    };
    for (const [path, name] of Object.entries(expected)) expect([path, classify(path).class]).toEqual([path, name]);
  });

  test('measure counts the whole and the critical part, a hard link once', async () => {
    const store = createProfileStore({ dataDir: await tempFolder() });
    expect(await store.measure('a')).toMatchObject({ bytes: 0, classes: { critical: 0 } });
    await store.create('a');
    const profile = store.locate('a');
    const base = (await store.measure('a')).bytes;
    await putLogin(profile);
    const login = (await store.measure('a')).bytes - base;
    await mkdir(join(profile, 'Default/Cache'));
    await writeFile(join(profile, 'Default/Cache/data_0'), Buffer.alloc(5000));
    await link(join(profile, 'Default/Cache/data_0'), join(profile, 'Default/Cache/data_1'));
    expect(await store.measure('a')).toMatchObject({ bytes: base + login + 5000, classes: { critical: base + login } });
  });
});

describe('the Chromium that wrote a profile', () => {
  test('is the newest of record and profile, and an older one is refused', async () => {
    const store = createProfileStore({ dataDir: await tempFolder() });
    const record = await store.create('a');
    const dir = store.locate('a');
    expect(await newestChromium(realFs, dir, record)).toBeNull();
    await writeFile(join(dir, 'Last Version'), '156.0.8078.79');
    expect(await newestChromium(realFs, dir, { ...record, chromiumVersion: '99.0.1.2' })).toBe('156.0.8078.79');
    expect(await newestChromium(realFs, dir, { ...record, chromiumVersion: '157.0.1.2' })).toBe('157.0.1.2');
    expect(() => refuseOlderBrowser('156.0.8078.79', 'HeadlessChrome/155.0.1.2')).toThrow(/156.*155/);
    refuseOlderBrowser('156.0.8078.79', '156.0.1.1');
    refuseOlderBrowser(null, '1.0.0.0');
  });
});

describe('a disk that refuses', () => {
  test('a full disk: a clear error, the old record untouched', async ({ skip }) => {
    const dataDir = await tempFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dataDir], { encoding: 'utf8' });
    if (mounted.status !== 0)
      skip(`cannot mount a small disk here: ${mounted.error?.message ?? mounted.stderr.trim()}`);
    cleanUp(() => spawnSync('umount', [dataDir]));
    const store = createProfileStore({ dataDir });
    const record = await store.create('a');
    await putLogin(store.locate('a'));
    for (let n = 0; ; n += 1) {
      const full = await writeFile(join(dataDir, `fill${n}`), Buffer.alloc(4096)).then(
        () => false,
        () => true,
      );
      if (full) break;
    }
    await expect(store.updateRecord('a', { generation: 2 })).rejects.toMatchObject({
      code: 'storage_failed',
      hint: expect.stringMatching(/The disk of .* is full/),
    });
    await expect(store.commitLogin('a', null, '156')).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(store.trash('a', 'logout')).rejects.toMatchObject({ code: 'storage_failed' });
    await expect(store.create('b')).rejects.toMatchObject({ code: 'storage_failed' });
    expect(await store.readRecord('a')).toEqual(record);
    expect(await store.loginPresence('a')).toBe('uncommitted');
  });

  test('a read-only disk: a clear error, nothing touched', async ({ skip }) => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await putLogin(store.locate('a'));
    const text = await readFile(dataPaths(dataDir).record('a'), 'utf8');
    const bound = spawnSync('mount', ['--bind', dataDir, dataDir], { encoding: 'utf8' });
    if (bound.status !== 0) skip(`cannot mount here: ${bound.error?.message ?? bound.stderr.trim()}`);
    cleanUp(() => spawnSync('umount', [dataDir]));
    expect(spawnSync('mount', ['-o', 'remount,ro,bind', dataDir]).status).toBe(0);
    for (const work of [
      () => store.updateRecord('a', { generation: 2 }),
      () => store.trash('a', 'logout'),
      () => store.create('b'),
    ]) {
      await expect(work()).rejects.toMatchObject({
        code: 'storage_failed',
        hint: expect.stringContaining('read-only'),
      });
    }
    expect(await store.loginPresence('a')).toBe('uncommitted');
    expect(await readFile(dataPaths(dataDir).record('a'), 'utf8')).toBe(text);
  });
});
