import { rmSync } from 'node:fs';
import { access, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import type { ProfileFs } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

const GONE = [
  'Default/Service Worker/CacheStorage/ab/1_0',
  'Default/Service Worker/ScriptCache/index',
  'Default/Service Worker/stray',
  'Default/Cache/Cache_Data/data_0',
  'Default/Code Cache/js/index',
  'Default/Network/Reporting and NEL',
  'Default/blob_storage/x/1',
  'GrShaderCache/data_0',
  'Crashpad/reports/1.dmp',
  'DevToolsActivePort',
];

const KEPT = [
  'Local State',
  'Last Version',
  'Default/Preferences',
  'Default/Network/Cookies',
  'Default/Service Worker/Database/CURRENT',
  'Default/IndexedDB/https_example.com_0.indexeddb.leveldb/CURRENT',
  'Default/WebStorage/QuotaManager',
  // Not known to any rule: it may be where the next Chromium keeps a login.
  'Default/Novelty/Cache/file',
  'Default/History',
  'Novelty',
];

async function profile() {
  const dataDir = await tempFolder();
  const paths = dataPaths(dataDir);
  const store = createProfileStore({ dataDir });
  await store.create('a');
  await mkdir(paths.staging);
  const dir = store.locate('a');
  await putLogin(dir);
  for (const path of [...GONE, ...KEPT]) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), 'ten bytes.');
  }
  await symlink('machine-1', join(dir, 'SingletonLock'));
  await store.updateRecord('a', { committedAt: new Date().toISOString() });
  const files = async () => (await readdir(dir, { recursive: true })).sort();
  const staged = () => readdir(paths.staging).catch(() => []);
  return { dataDir, store, dir, files, staged };
}

test('optional and temporary files go, important and unknown files stay', async () => {
  const { store, dir, files, staged } = await profile();
  const before = await store.measure('a');
  const trimmed = await store.trim('a');
  expect(trimmed.freedBytes).toBe(10 * GONE.length);
  expect(await staged()).toHaveLength(1);
  await trimmed.discard();
  expect(await staged()).toEqual([]);
  for (const path of GONE) await expect(access(join(dir, path))).rejects.toThrow();
  const left = await files();
  expect(left).toEqual(expect.arrayContaining([...KEPT, ...Object.values(LOGIN_STORES)]));
  // Who has a profile open is not for a trim to decide.
  expect(await readlink(join(dir, 'SingletonLock'))).toBe('machine-1');
  const after = await store.measure('a');
  expect(before.bytes - after.bytes).toBe(trimmed.freedBytes);
  expect(after.classes).toMatchObject({ critical: before.classes.critical, important: before.classes.important });
  expect(after.classes).toMatchObject({ optional: 30, temporary: 0 });
  expect(await store.loginPresence('a')).toBe('present');

  const again = await store.trim('a');
  expect(again.freedBytes).toBe(0);
  await again.discard();
  expect(await files()).toEqual(left);
});

test('after any failure on the way, everything is where it was', async () => {
  let operations = 0;
  const counted = await profile();
  const counting = failingFs(() => {
    operations += 1;
    return undefined;
  });
  await createProfileStore({ dataDir: counted.dataDir, fs: counting }).trim('a');
  expect(operations).toBeGreaterThan(50);

  for (const code of ['EIO', 'ENOSPC', 'EXDEV']) {
    const { dataDir, dir, files, staged } = await profile();
    const before = await files();
    for (let nth = 1; nth <= operations; nth += 1) {
      let seen = 0;
      const fs = failingFs(() => {
        seen += 1;
        return seen === nth ? code : undefined;
      });
      const result = await createProfileStore({ dataDir, fs })
        .trim('a')
        .catch((error: unknown) => error);
      expect(result).toMatchObject({ code: expect.stringMatching(/^(profile_unreadable|storage_failed)$/) });
      expect(await files()).toEqual(before);
      expect(await staged()).toEqual([]);
    }
    expect(await createProfileStore({ dataDir }).loginPresence('a')).toBe('present');
    await rm(dir, { recursive: true });
  }
});

test('what vanishes between the look and the move is passed over; what only seems to, is not', async () => {
  const { dataDir, dir, staged } = await profile();
  const seemsGone = failingFs((operation, path) =>
    operation === 'rename' && path === join(dir, 'GrShaderCache') ? 'ENOENT' : undefined,
  );
  await expect(createProfileStore({ dataDir, fs: seemsGone }).trim('a')).rejects.toMatchObject({
    code: 'storage_failed',
  });
  expect(await staged()).toEqual([]);
  const vanishes = failingFs((operation, path) => {
    if (operation === 'rename' && path === join(dir, 'GrShaderCache')) rmSync(path, { recursive: true });
    return undefined;
  });
  await (await createProfileStore({ dataDir, fs: vanishes }).trim('a')).discard();
  expect(await staged()).toEqual([]);
  await expect(access(join(dir, 'Default/Cache'))).rejects.toThrow();
});

test('a login that is not whole is not touched', async () => {
  const { store, dir, files } = await profile();
  await rm(join(dir, LOGIN_STORES.localStorage, 'CURRENT'));
  const before = await files();
  await expect(store.trim('a')).rejects.toMatchObject({ code: 'login_damaged' });
  expect(await files()).toEqual(before);
});

test('a login that is not there afterwards brings everything back', async () => {
  const { dataDir, dir, files, staged } = await profile();
  const before = await files();
  const away = join(dataDir, 'away');
  let moves = 0;
  const fs = new Proxy(
    failingFs(() => undefined),
    {
      get(target, key: keyof ProfileFs) {
        if (key !== 'rename') return target[key];
        return async (from: string, to: string) => {
          moves += 1;
          // Another program moves a store of the login away in the middle.
          if (moves === 3) await rename(join(dir, LOGIN_STORES.localStorage), away);
          return rename(from, to);
        };
      },
    },
  );
  await expect(createProfileStore({ dataDir, fs }).trim('a')).rejects.toMatchObject({ code: 'login_damaged' });
  await rename(away, join(dir, LOGIN_STORES.localStorage));
  expect(await files()).toEqual(before);
  expect(await staged()).toEqual([]);
});

test('a profile without a login, or without anything, can be trimmed too', async () => {
  const dataDir = await tempFolder();
  const store = createProfileStore({ dataDir });
  expect((await store.trim('none')).freedBytes).toBe(0);
  await store.create('fresh');
  await mkdir(join(store.locate('fresh'), 'Default/Cache'), { recursive: true });
  await writeFile(join(store.locate('fresh'), 'Default/Cache/data_0'), 'five!');
  expect((await store.trim('fresh')).freedBytes).toBe(5);
  expect(await store.loginPresence('fresh')).toBe('absent');
});
