import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { sweepStaging } from '../../src/snapshots/staging.ts';
import { linkSession, NAME, openSessions } from '../lifecycle/linked-session.ts';
import { canMount, mount, unmount } from '../real/small-disk.ts';
import { cleanUp, putLogin, tempFolder } from './helpers.ts';

const mayMount = await canMount();

/** A profile, and a folder outside that must keep what is in it. */
async function profile() {
  const dataDir = await tempFolder();
  const paths = dataPaths(dataDir);
  const outside = await tempFolder();
  await writeFile(join(outside, 'canary'), 'lives');
  const store = createProfileStore({ dataDir });
  await store.create('ventas');
  const dir = store.locate('ventas');
  await putLogin(dir);
  await mkdir(join(dir, 'Default/Code Cache/js'), { recursive: true });
  await writeFile(join(dir, 'Default/Code Cache/js/index'), 'ten bytes.');
  await mkdir(paths.staging, { recursive: true });
  await mkdir(paths.trash, { recursive: true });
  const canaryLives = async () => expect(await readFile(join(outside, 'canary'), 'utf8')).toBe('lives');
  const bindTo = async (place: string) => {
    await mkdir(place, { recursive: true });
    await mount('--bind', outside, place);
    cleanUp(async () => {
      for (const at of [place, ...(await placesOf(outside))]) await unmount(at).catch(() => undefined);
    });
  };
  return { dataDir, paths, outside, store, dir, canaryLives, bindTo };
}

/** Where a mount is now: a rename of a folder around it takes it along. */
async function placesOf(outside: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  // What is mounted is told from where its file system begins, which need not be `/`.
  const isOutside = (root = '/') => root !== '/' && outside.endsWith(root);
  return lines.filter((line) => isOutside(line.split(' ')[3])).map((line) => line.split(' ')[4] ?? '');
}

async function backdate(trashed: string): Promise<void> {
  const label = JSON.parse(await readFile(`${trashed}.json`, 'utf8'));
  await writeFile(`${trashed}.json`, JSON.stringify({ ...label, at: '2020-01-01T00:00:00.000Z' }));
}

describe('a link inside a profile', () => {
  test('is not followed by a trim, a move to trash or the emptying of the trash', async () => {
    const { store, dir, outside, canaryLives } = await profile();
    await symlink(outside, join(dir, 'Default/Cache'));
    await symlink(outside, join(dir, 'Default/Code Cache/js/away'));
    const trimmed = await store.trim('ventas');
    await trimmed.discard();
    await canaryLives();
    const trashed = (await store.trash('ventas', 'deleted')) ?? '';
    await canaryLives();
    await backdate(trashed);
    expect(await store.emptyTrash(30)).toEqual([trashed]);
    await canaryLives();
  });
});

describe.skipIf(!mayMount)('a mount inside a profile (needs the right to mount)', () => {
  test.each(['Default/Cache', 'Default/Code Cache/js/deep/cache'])(
    '%s: a trim leaves it, and takes the rest',
    async (place) => {
      const { store, dir, paths, bindTo, canaryLives } = await profile();
      await bindTo(join(dir, place));
      const trimmed = await store.trim('ventas');
      await trimmed.discard();
      await canaryLives();
      expect(await readdir(join(dir, place))).toEqual(['canary']);
      expect(await readdir(paths.staging)).toEqual([]);
    },
  );

  test('keeps the trash from being emptied, which says what to unmount; then it goes, and what was mounted stays', async () => {
    const { store, dir, outside, bindTo, canaryLives } = await profile();
    await bindTo(join(dir, 'Default/Cache'));
    const trashed = (await store.trash('ventas', 'deleted')) ?? '';
    await backdate(trashed);
    const place = join(trashed, 'Default/Cache');
    await expect(store.emptyTrash(30)).rejects.toMatchObject({
      code: 'storage_failed',
      hint: expect.stringContaining(`umount ${place}`),
    });
    await canaryLives();
    expect(await readdir(join(trashed, 'Default'))).toContain('IndexedDB');
    expect(await placesOf(outside)).toEqual([place]);
    await unmount(place);
    expect(await store.emptyTrash(30)).toEqual([trashed]);
    await canaryLives();
  });

  test('that a crash has left in staging is not swept', async () => {
    const { paths, bindTo, canaryLives } = await profile();
    const left = join(paths.staging, 'trim-ventas-abcabcabcabc');
    await bindTo(join(left, '0'));
    await mkdir(join(paths.staging, 'restore-ventas-defdefdefdef'));
    expect(await sweepStaging(paths)).toEqual(['restore-ventas-defdefdefdef']);
    await canaryLives();
  });
});

test('a staging folder that is a link is not swept: a copy of the data folder has the same link as the folder itself', async () => {
  const { paths, outside, canaryLives } = await profile();
  await rm(paths.staging, { recursive: true });
  await symlink(outside, paths.staging);
  expect(await sweepStaging(paths)).toEqual([]);
  await canaryLives();
});

describe.skipIf(!mayMount)('a profile that is a mount of its own (needs the right to mount)', () => {
  test('is not set aside or replaced, and nothing is half done', async () => {
    const { store, dir, paths, outside } = await profile();
    // All of the profile lies on the other folder.
    await rename(dir, join(outside, 'profile'));
    await mkdir(dir);
    await mount('--bind', join(outside, 'profile'), dir);
    cleanUp(() => unmount(dir));
    const before = await readdir(dir, { recursive: true });
    const staged = join(paths.staging, 'restore-ventas-abc');
    await mkdir(staged);
    const why = { reason: 'restored', generation: 1, committedAt: new Date().toISOString() };
    for (const order of [() => store.trash('ventas', 'deleted'), () => store.swapIn('ventas', staged, why)]) {
      await expect(order()).rejects.toMatchObject({
        code: 'storage_failed',
        message: expect.stringMatching(/mount/),
        hint: expect.stringContaining(`umount ${dir}`),
      });
      expect(await readdir(dir, { recursive: true })).toEqual(before);
      expect(await readdir(paths.trash)).toEqual([]);
    }
    const trimmed = await store.trim('ventas').catch(() => null);
    await trimmed?.discard();
    expect(await store.loginPresence('ventas')).toBe('uncommitted');
  });

  test('delete --purge and logout are refused before anything is destroyed, unlinked or stopped', async () => {
    const dataDir = await tempFolder();
    await linkSession(dataDir);
    const { sessions, store, engine, around } = await openSessions(dataDir);
    const destroyed: string[] = [];
    around.snapshots.purge = async (name) => void destroyed.push(name);
    const dir = join(dataDir, 'tokens', NAME);
    await mount('--bind', dir, dir);
    cleanUp(() => unmount(dir));
    await sessions.load();
    await sessions.boot();
    await expect.poll(() => engine.runs.length).toBe(1);
    for (const order of [() => sessions.delete(NAME, { purge: true }), () => sessions.logout(NAME)]) {
      await expect(order()).rejects.toMatchObject({ code: 'storage_failed', hint: expect.stringContaining('umount') });
    }
    expect(destroyed).toEqual([]);
    expect(engine.alive).toHaveLength(1);
    expect(await sessions.get(NAME)).toMatchObject({ desired: 'running' });
    await sessions.close();
    store.close();
  });
});

describe('a session whose place is a link', () => {
  test('that leads nowhere is a missing disk: no browser, no QR, nothing made', async () => {
    const dataDir = await tempFolder();
    await linkSession(dataDir);
    const outside = await tempFolder();
    const [dir, disk] = [join(dataDir, 'tokens', NAME), join(outside, 'disk/ventas')];
    await rm(dir, { recursive: true });
    await symlink(disk, dir);
    const { sessions, engine, store } = await openSessions(dataDir);
    await sessions.load();
    await sessions.boot();
    const session = await sessions.get(NAME);
    expect(session).toMatchObject({ state: 'ERROR', reason: 'login_missing', stateKind: 'needs_person' });
    expect(session.hint).toContain(disk);
    expect(session.hint).toMatch(/mount its disk/i);
    expect(engine.runs).toEqual([]);
    expect(await readdir(outside)).toEqual([]);
    store.close();
  });

  test('to a folder elsewhere is refused by every order, and what it leads to stays', async () => {
    const dataDir = await tempFolder();
    await linkSession(dataDir);
    const outside = await tempFolder();
    const dir = join(dataDir, 'tokens', NAME);
    await rename(dir, join(outside, 'ventas'));
    await symlink(join(outside, 'ventas'), dir);
    const before = await readdir(outside, { recursive: true });
    const { sessions, engine, store, profiles } = await openSessions(dataDir);
    await sessions.load();
    await sessions.boot();
    expect(await sessions.get(NAME)).toMatchObject({ state: 'ERROR', reason: 'profile_unreadable' });
    const why = { reason: 'restored', generation: 1, committedAt: new Date().toISOString() };
    for (const order of [
      () => sessions.delete(NAME),
      () => sessions.logout(NAME),
      () => profiles.trim(NAME),
      () => profiles.trash(NAME, 'unlinked'),
      () => profiles.swapIn(NAME, join(dataDir, 'staged'), why),
    ]) {
      await expect(order()).rejects.toMatchObject({ code: 'profile_unreadable', message: /symbolic link/ });
    }
    expect(await readdir(outside, { recursive: true })).toEqual(before);
    expect(engine.runs).toEqual([]);
    store.close();
  });
});
