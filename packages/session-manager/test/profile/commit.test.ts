import { execFileSync, spawnSync } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { realFs } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';

/** Why the calls cannot be traced here, or null. */
function noTrace(): string | null {
  const probe = spawnSync('strace', ['-f', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (probe.error) return 'strace is not installed';
  return probe.status === 0 ? null : `strace may not trace here: ${probe.stderr.trim()}`;
}

/** What was fsynced or renamed, in order, by path: open calls give the paths of the descriptors. */
function readTrace(text: string): { call: 'sync' | 'rename'; path: string }[] {
  const done: { call: 'sync' | 'rename'; path: string }[] = [];
  for (const line of text.split('\n')) {
    // -y prints every descriptor with its path: fsync(21</path>).
    const sync = /\b(?:fsync|fdatasync)\([0-9]+<([^>]*)>/.exec(line);
    if (sync?.[1] !== undefined) done.push({ call: 'sync', path: sync[1] });
    const moved = /\brename(?:at2?)?\((?:[^"]*)"[^"]*",(?:[^"]*)"([^"]*)"/.exec(line);
    if (moved?.[1] !== undefined) done.push({ call: 'rename', path: moved[1] });
  }
  return done;
}

describe('commitLogin', () => {
  test('fsyncs every file and folder of the login before the record says so, and the record after (traced)', async ({
    skip,
  }) => {
    const why = noTrace();
    if (why !== null) skip(why);
    const dataDir = await tempFolder();
    const paths = dataPaths(dataDir);
    const store = createProfileStore({ dataDir });
    await store.create('a');
    const profile = store.locate('a');
    await putLogin(profile);
    const blob = join(profile, 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.blob/1/00');
    await mkdir(blob, { recursive: true });
    await writeFile(join(blob, '1'), 'blob');
    await mkdir(join(profile, 'Default/Cache'), { recursive: true });
    await writeFile(join(profile, 'Default/Cache/data_0'), 'cache');

    const output = join(await tempFolder(), 'trace');
    execFileSync('strace', [
      ...['-f', '-y', '-qq', '-s', '4096', '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2', '-o', output],
      ...[process.execPath, join(import.meta.dirname, 'commit-child.ts'), dataDir, 'a'],
    ]);
    const calls = readTrace(await readFile(output, 'utf8'));
    const renamed = calls.findIndex((c) => c.call === 'rename' && c.path === paths.record('a'));
    expect(renamed).toBeGreaterThan(0);
    const before = calls
      .slice(0, renamed)
      .filter((c) => c.call === 'sync')
      .map((c) => c.path);
    const after = calls
      .slice(renamed + 1)
      .filter((c) => c.call === 'sync')
      .map((c) => c.path);

    const wanted = new Set<string>([paths.tokens, profile]);
    for (const part of [
      LOGIN_STORES.indexedDb,
      LOGIN_STORES.localStorage,
      'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.blob',
    ]) {
      const top = join(profile, part);
      for (const entry of await readdir(top, { recursive: true, withFileTypes: true }))
        wanted.add(join(entry.parentPath, entry.name));
      for (let at = top; at !== paths.tokens; at = dirname(at)) wanted.add(at);
    }
    expect(wanted.size).toBeGreaterThan(18);
    expect([...wanted].filter((path) => !before.includes(path))).toEqual([]);
    // The record's own bytes before its rename, its folder after.
    expect(before.some((path) => /\.leadmaster-[0-9a-f]+\.tmp$/.test(path))).toBe(true);
    expect(after).toContain(profile);
    // What is no login is not waited for.
    expect(before.filter((path) => path.includes('Cache'))).toEqual([]);
    // A folder is synced after the files in it.
    const folder = join(profile, LOGIN_STORES.indexedDb);
    expect(before.lastIndexOf(folder)).toBeGreaterThan(before.lastIndexOf(join(folder, 'CURRENT')));
  });

  test('continues until nothing new appears, past files that are compacted away', async () => {
    const dataDir = await tempFolder();
    const good = createProfileStore({ dataDir });
    await good.create('a');
    await putLogin(good.locate('a'));
    const folder = join(good.locate('a'), LOGIN_STORES.indexedDb);

    // Like LevelDB in the middle of a compaction: in each of the first three listings a table vanishes and another comes.
    const synced: string[] = [];
    let round = 0;
    const fs = {
      ...realFs,
      readdir: (async (path: string) => {
        const names = await realFs.readdir(path);
        if (path === folder && round < 3) {
          round += 1;
          await writeFile(join(folder, `00001${round}.ldb`), 'new');
          await rm(join(folder, round === 1 ? '000005.ldb' : `00001${round - 1}.ldb`));
        }
        return names;
      }) as typeof realFs.readdir,
      open: (async (path: string, ...rest: [string]) => {
        const handle = await realFs.open(path, ...rest);
        synced.push(path);
        return handle;
      }) as typeof realFs.open,
    };
    await createProfileStore({ dataDir, fs }).commitLogin('a', null, '156.0.1.2');
    expect(round).toBe(3);
    expect(synced).toContain(join(folder, '000013.ldb'));
    expect(await good.loginPresence('a')).toBe('present');
  });

  test('a file replaced under its name is synced again', async () => {
    const dataDir = await tempFolder();
    const good = createProfileStore({ dataDir });
    await good.create('a');
    await putLogin(good.locate('a'));
    const current = join(good.locate('a'), LOGIN_STORES.localStorage, 'CURRENT');
    let opened = 0;
    const fs = {
      ...realFs,
      open: (async (path: string, ...rest: [string]) => {
        const handle = await realFs.open(path, ...rest);
        if (path === current) {
          opened += 1;
          if (opened === 1) {
            await writeFile(`${current}.new`, 'MANIFEST-000001\n');
            await rename(`${current}.new`, current);
          }
        }
        return handle;
      }) as typeof realFs.open,
    };
    await createProfileStore({ dataDir, fs }).commitLogin('a', null, '156.0.1.2');
    expect(opened).toBe(2);
  });

  test('files that only grow do not keep it from ending', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await putLogin(store.locate('a'));
    const log = join(store.locate('a'), LOGIN_STORES.indexedDb, '000003.log');
    let writing = true;
    const writer = (async () => {
      while (writing) await appendFile(log, 'x'.repeat(1000));
    })();
    await store.commitLogin('a', null, '156.0.1.2');
    writing = false;
    await writer;
    expect((await store.readRecord('a'))?.committedAt).not.toBeNull();
  });

  test('nothing is recorded unless both stores are whole', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await putLogin(store.locate('a'), [LOGIN_STORES.indexedDb]);
    await expect(store.commitLogin('a', null, '156')).rejects.toMatchObject({ code: 'profile_unreadable' });
    expect((await store.readRecord('a'))?.committedAt).toBeNull();
    await expect(store.commitLogin('none', null, '156')).rejects.toMatchObject({ code: 'profile_unreadable' });
  });

  for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
    test(`${code} at any step leaves the record as it was`, async () => {
      const dataDir = await tempFolder();
      const store = createProfileStore({ dataDir });
      await store.create('a');
      await putLogin(store.locate('a'));
      const before = await store.readRecord('a');
      let steps = 0;
      const counting = failingFs(() => {
        steps += 1;
        return undefined;
      });
      await createProfileStore({ dataDir, fs: counting }).commitLogin('a', null, '156');
      await store.updateRecord('a', { committedAt: null, chromiumVersion: null });
      let recorded = 0;
      for (let bad = 1; bad <= steps; bad += 1) {
        let seen = 0;
        const failing = createProfileStore({
          dataDir,
          fs: failingFs((operation) => {
            if (operation === 'rm') return undefined;
            seen += 1;
            return seen === bad ? code : undefined;
          }),
        });
        const outcome = await failing.commitLogin('a', null, '156').then(
          () => 'done',
          (error: { code: string; hint: string }) => {
            expect(error.hint.length).toBeGreaterThan(20);
            return error.code;
          },
        );
        const after = await store.readRecord('a');
        if (after?.committedAt === null) {
          expect(outcome).toMatch(/^(profile_unreadable|storage_failed)$/);
          expect(after).toEqual(before);
        } else {
          recorded += 1;
          await store.updateRecord('a', { committedAt: null, chromiumVersion: null });
        }
        const left = (await readdir(store.locate('a'))).filter((name) => name.endsWith('.tmp'));
        expect(left).toEqual([]);
      }
      // Only the very last step, syncing the record's folder after its rename, may come too late to undo.
      expect(recorded).toBeLessThanOrEqual(1);
    });
  }
});
