import { lstatSync, readdirSync } from 'node:fs';
import { link, mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { measureProfile, recentFiles } from '../../src/profile/measure.ts';
import type { StatFs } from '../../src/profile/stat-walk.ts';
import { tempFolder } from './helpers.ts';

const MEDIA = 'Default/Service Worker/CacheStorage';
const LOGIN = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';

async function put(root: string, files: Record<string, number>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), Buffer.alloc(bytes));
  }
}

test('a profile is told by class and by folders as deep as they say something', async () => {
  const root = await tempFolder();
  await put(root, {
    '.leadmaster.json': 1,
    'Local State': 2,
    'Default/Preferences': 4,
    [`${LOGIN}/000005.ldb`]: 800,
    [`${LOGIN}/CURRENT`]: 16,
    [`${MEDIA}/ab/cd/1_0`]: 4000,
    [`${MEDIA}/ab/index`]: 96,
    [`${MEDIA}/ef/1_0`]: 1,
    'Default/Code Cache/js/aa/1_0': 32,
    'GrShaderCache/data_0': 64,
    'Default/Network/Cookies': 128,
    'Default/Network/Reporting and NEL': 256,
    'Default/Novelty/deep/down/file': 512,
    'Default/odd': 3,
  });
  await link(join(root, `${MEDIA}/ab/cd/1_0`), join(root, `${MEDIA}/ab/cd/2_0`));
  await symlink('/etc', join(root, 'Default/away'));
  const { bytes, classes, folders } = await measureProfile(root);
  expect(classes).toEqual({ critical: 817, important: 134, optional: 4097 + 515, temporary: 352 });
  expect(bytes).toBe(817 + 134 + 4612 + 352);
  expect(folders).toEqual([
    { path: MEDIA, class: 'optional', bytes: 4097, files: 3 },
    { path: LOGIN, class: 'critical', bytes: 816, files: 2 },
    { path: 'Default/Novelty', class: 'optional', bytes: 512, files: 1 },
    { path: 'Default/Network', class: 'temporary', bytes: 256, files: 1 },
    { path: 'Default/Network', class: 'important', bytes: 128, files: 1 },
    { path: 'GrShaderCache', class: 'temporary', bytes: 64, files: 1 },
    { path: 'Default/Code Cache', class: 'temporary', bytes: 32, files: 1 },
    { path: 'Default', class: 'important', bytes: 4, files: 1 },
    { path: 'Default', class: 'optional', bytes: 3, files: 1 },
    { path: '.', class: 'important', bytes: 2, files: 1 },
    { path: '.', class: 'critical', bytes: 1, files: 1 },
  ]);
});

test('a missing profile has size 0', async () => {
  const root = join(await tempFolder(), 'none');
  expect(await measureProfile(root)).toMatchObject({ bytes: 0, folders: [] });
  expect(await recentFiles(root, { since: new Date(0), limit: 10 })).toEqual({ items: [], total: 0 });
});

test('what cannot be looked at is an error, and what vanishes is passed over, wherever it happens', async () => {
  const root = await tempFolder();
  await put(root, { 'a/b/file': 1, 'a/other': 2, third: 4 });
  let looks = 0;
  const counting = disk(() => {
    looks += 1;
    return undefined;
  });
  expect((await measureProfile(root, counting)).bytes).toBe(7);
  expect(looks).toBe(9);
  for (let nth = 1; nth <= looks; nth += 1) {
    const failing = (code: string): StatFs => {
      let seen = 0;
      return disk(() => (++seen === nth ? code : undefined));
    };
    await expect(measureProfile(root, failing('EIO'))).rejects.toMatchObject({ code: 'profile_unreadable' });
    expect((await measureProfile(root, failing('ENOENT'))).bytes).toBeLessThanOrEqual(7);
  }
});

test('a folder of thousands of files leaves others their turn', async () => {
  const root = await tempFolder();
  await put(root, Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`Default/Cache/${i}`, 1])));
  const turns = countTurns();
  expect((await measureProfile(root)).classes.temporary).toBe(1000);
  expect(turns.stop()).toBeGreaterThan(2);
});

test('files changed lately come newest first, and are counted where they do not fit', async () => {
  const root = await tempFolder();
  await put(root, { 'Default/Preferences': 1, [`${LOGIN}/000007.log`]: 2, 'Default/Cache/x': 3, old: 4 });
  const at = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  await utimes(join(root, 'Default/Preferences'), at(3), at(3));
  await utimes(join(root, `${LOGIN}/000007.log`), at(1), at(1));
  await utimes(join(root, 'Default/Cache/x'), at(2), at(2));
  await utimes(join(root, 'old'), at(30), at(30));
  const { items, total } = await recentFiles(root, { since: at(24), limit: 2 });
  expect(total).toBe(3);
  expect(items).toEqual([
    { path: `${LOGIN}/000007.log`, bytes: 2, at: expect.stringMatching(/^\d{4}-.*Z$/), class: 'critical' },
    { path: 'Default/Cache/x', bytes: 3, at: expect.stringMatching(/Z$/), class: 'temporary' },
  ]);
});

function disk(fail: () => string | undefined): StatFs {
  const guarded = <T>(look: () => T): T => {
    const code = fail();
    if (code !== undefined) throw Object.assign(new Error(`${code}: told to fail`), { code });
    return look();
  };
  return {
    readdirSync: (path) => guarded(() => readdirSync(path).sort()),
    lstatSync: (path) => guarded(() => lstatSync(path)),
  };
}

function countTurns(): { stop: () => number } {
  let count = 0;
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    count += 1;
    setImmediate(next);
  };
  setImmediate(next);
  return {
    stop() {
      isOver = true;
      return count;
    },
  };
}
