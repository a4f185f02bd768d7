import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

describe('trash', () => {
  test('keeps the profile whole, with its reason, under a name of its own', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await putLogin(store.locate('a'));
    await symlink('vm-1', join(store.locate('a'), 'SingletonLock'));
    const before = await readdir(store.locate('a'), { recursive: true });
    const path = await store.trash('a', 'Logout: by phone');
    expect(path).toMatch(/\/trash\/a-20\d\d-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-logout_by_phone$/);
    expect((await readdir(path ?? '', { recursive: true })).sort()).toEqual(before.sort());
    expect(await store.list()).toEqual([]);
    expect(await store.loginPresence('a')).toBe('absent');
    expect(await store.listTrash()).toEqual([
      { path, session: 'a', reason: 'Logout: by phone', at: expect.stringMatching(/^20/), generation: 1 },
    ]);
    expect(await store.trash('a', 'again')).toBeNull();
  });

  test('two at the same moment do not meet, nor do names that look alike', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    const paths: (string | null)[] = [];
    for (let i = 0; i < 12; i += 1) {
      await mkdir(store.locate('a'), { recursive: true });
      await writeFile(join(store.locate('a'), 'n'), String(i));
      paths.push(await store.trash('a', 'logout'));
    }
    expect(new Set(paths).size).toBe(12);
    for (const [i, path] of paths.entries()) expect(await readFile(join(path ?? '', 'n'), 'utf8')).toBe(String(i));
    await mkdir(store.locate('a-b'));
    await store.trash('a-b', 'logout');
    expect((await store.listTrash()).filter((entry) => entry.session === 'a')).toHaveLength(12);
  });

  test('takes a profile whose record is broken, or that has none', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await writeFile(dataPaths(dataDir).record('a'), 'garbage');
    expect(await store.trash('a', 'delete')).not.toBeNull();
    await putLogin(store.locate('b'));
    expect(await store.trash('b', 'delete')).not.toBeNull();
    expect((await store.listTrash()).map((entry) => entry.generation)).toEqual([null, null]);
  });

  for (const [operation, code, said] of [
    ['rename', 'EXDEV', 'one file system'],
    ['rename', 'EACCES', '/tokens/a'],
    ['mkdir', 'EROFS', 'read-only'],
    ['open', 'ENOSPC', 'is full: free some space there'],
  ] as const) {
    test(`${code} leaves the profile where it was and says what to do`, async () => {
      const dataDir = await tempFolder();
      const good = createProfileStore({ dataDir });
      await good.create('a');
      await putLogin(good.locate('a'));
      const fs = failingFs((what, path) =>
        what === operation && (code === 'ENOSPC' || !path.endsWith('.tmp')) ? code : undefined,
      );
      await expect(createProfileStore({ dataDir, fs }).trash('a', 'logout')).rejects.toMatchObject({
        code: 'storage_failed',
        hint: expect.stringContaining(said),
      });
      expect((await stat(good.locate('a'))).isDirectory()).toBe(true);
      expect(await good.listTrash()).toEqual([]);
      expect(await readdir(dataPaths(dataDir).trash).catch(() => [])).toEqual([]);
    });
  }

  test('is emptied by age, entry by entry, never through a symlink', async () => {
    const dataDir = await tempFolder();
    const { trash } = dataPaths(dataDir);
    const store = createProfileStore({ dataDir });
    const outside = join(await tempFolder(), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'kept'), '');
    await store.create('old');
    await symlink(outside, join(store.locate('old'), 'link'));
    const old = (await store.trash('old', 'logout')) ?? '';
    const label = JSON.parse(await readFile(`${old}.json`, 'utf8'));
    await writeFile(`${old}.json`, JSON.stringify({ ...label, at: '2020-01-01T00:00:00.000Z' }));
    await store.create('young');
    const young = await store.trash('young', 'logout');
    await symlink(outside, join(trash, 'alias'));
    // No label: its age is counted from when it was moved here, not from its old files.
    await mkdir(join(trash, 'stray'));
    await utimes(join(trash, 'stray'), 0, 0);
    expect(await store.emptyTrash(30, undefined, new Set(['old']))).toEqual([]);
    expect(await store.emptyTrash(30)).toEqual([old]);
    expect((await readdir(trash)).sort()).toEqual(
      ['alias', 'stray', `${young?.split('/').pop()}`, `${young?.split('/').pop()}.json`].sort(),
    );
    expect(await readdir(outside)).toEqual(['kept']);
  });

  test('over its size the last generation stays, though a clock that was ahead dates an older one later', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    const put = async (generation: number, at: string): Promise<string> => {
      await store.create('a');
      await writeFile(join(store.locate('a'), 'data'), Buffer.alloc(10_000));
      const path = (await store.trash('a', 'logout')) ?? '';
      const label = JSON.parse(await readFile(`${path}.json`, 'utf8'));
      await writeFile(`${path}.json`, JSON.stringify({ ...label, generation, at }));
      return path;
    };
    const older = await put(1, '2026-01-01T00:00:00.000Z');
    const ahead = await put(2, '2028-01-01T00:00:00.000Z');
    const last = await put(3, '2026-01-02T00:00:00.000Z');
    expect(await store.emptyTrash(36_500, 1)).toEqual([older]);
    expect((await store.listTrash()).map(({ path }) => path).sort()).toEqual([ahead, last].sort());
  });

  test('over its size the oldest go, never the last one of a session', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    const put = async (name: string, day: number, bytes: number): Promise<string> => {
      await store.create(name);
      await writeFile(join(store.locate(name), 'data'), Buffer.alloc(bytes));
      const path = (await store.trash(name, 'logout')) ?? '';
      const label = JSON.parse(await readFile(`${path}.json`, 'utf8'));
      await writeFile(`${path}.json`, JSON.stringify({ ...label, at: `2026-01-0${day}T00:00:00.000Z` }));
      return path;
    };
    const lonely = await put('lonely', 1, 50_000);
    const first = await put('a', 2, 10_000);
    const second = await put('a', 3, 10_000);
    const last = await put('a', 4, 10_000);
    await mkdir(join(dataPaths(dataDir).trash, 'stray'));
    const forEver = 36_500;
    const all = await store.trashBytes();
    expect(all).toBeGreaterThan(80_000);
    expect(await store.emptyTrash(forEver, all)).toEqual([]);
    expect(await store.emptyTrash(forEver)).toEqual([]);
    expect(await store.emptyTrash(forEver, all - 1)).toEqual([first]);
    expect(await store.trashBytes()).toBeLessThan(all - 10_000);
    expect(await store.emptyTrash(forEver, 1)).toEqual([second]);
    expect(await store.emptyTrash(forEver, 1)).toEqual([]);
    expect((await store.listTrash()).map(({ path }) => path)).toEqual(expect.arrayContaining([lonely, last]));
    expect((await readdir(dataPaths(dataDir).trash)).sort()).toHaveLength(5);
  });
});
