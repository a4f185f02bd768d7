import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { COMMAND, livingOwner, lockDataFolder, lockSession, readOwner } from '../../src/profile/locks.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { cleanUp, nextLine, putLogin, startScript, tempFolder } from './helpers.ts';

async function dataFolder() {
  const paths = dataPaths(join(await tempFolder(), 'data'));
  prepareDataFolder(paths);
  return paths;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

describe('a lock', () => {
  test('refuses a second process and names the first', async () => {
    const paths = await dataFolder();
    const first = startScript('lock-holder.ts', [paths.root]);
    expect(await nextLine(first)).toBe(`held ${first.pid}`);
    const refused = startScript('lock-holder.ts', [paths.root]);
    const line = await nextLine(refused);
    expect(line).toContain('refused data_folder_in_use');
    expect(line).toContain(`pid ${first.pid} on host ${hostname()}, since 20`);
    expect(line).toContain('port 3999');
    expect(() => lockDataFolder(paths, { port: 1 })).toThrow(`pid ${first.pid}`);
  });

  test('that a command holds is not told to be a manager that has to be stopped', async () => {
    const paths = await dataFolder();
    const lock = lockDataFolder(paths, COMMAND);
    cleanUp(() => lock.release());
    const refused = thrownBy(() => lockDataFolder(paths, { port: 1 }));
    expect(refused).toMatchObject({
      code: 'data_folder_in_use',
      message: expect.stringMatching(
        new RegExp(`^A command \\(pid ${process.pid} .*\\) works on the data folder ${paths.root}$`),
      ),
      hint: expect.stringContaining('Wait for its end'),
    });
    expect(JSON.stringify(refused)).not.toMatch(/port|Stop that manager/);
    lock.release();
    const service = lockDataFolder(paths, { port: 3999 });
    cleanUp(() => service.release());
    expect(thrownBy(() => lockDataFolder(paths, COMMAND))).toMatchObject({
      message: expect.stringContaining('port 3999'),
      hint: expect.stringContaining('Stop that manager'),
    });
  });

  test('is free again the moment its holder is killed with -9, also while the file beside it names the holder', async () => {
    const paths = await dataFolder();
    const first = startScript('lock-holder.ts', [paths.root]);
    await nextLine(first);
    const ended = once(first, 'exit');
    first.kill('SIGKILL');
    await ended;
    expect(readOwner(paths.dataLock)?.pid).toBe(first.pid);
    const lock = lockDataFolder(paths, { port: 1 });
    cleanUp(() => lock.release());
    expect(readOwner(paths.dataLock)?.pid).toBe(process.pid);
  });

  test('survives everything that reads the data folder in its own process', async () => {
    const paths = await dataFolder();
    const store = createProfileStore({ dataDir: paths.root });
    await store.create('ventas');
    await putLogin(store.locate('ventas'));
    const locks = [lockDataFolder(paths, { port: 1 }), lockSession(paths, 'ventas')];
    cleanUp(() => locks.forEach((lock) => void lock.release()));

    // Everything the store can do, then every file of the folder, opened and closed, except those in locks/.
    await store.commitLogin('ventas', null, '156.0.1.2');
    await store.check('ventas');
    await store.measure('ventas');
    await store.repairPermissions('ventas');
    await store.list();
    let read = 0;
    for (const entry of await readdir(paths.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.startsWith(paths.locks)) continue;
      await readFile(path);
      read += 1;
    }
    expect(read).toBeGreaterThan(8);

    expect(await nextLine(startScript('lock-holder.ts', [paths.root]))).toContain('refused data_folder_in_use');
    expect(await nextLine(startScript('lock-holder.ts', [paths.root, 'ventas']))).toContain('refused profile_in_use');
  });

  test('refuses its own process too, and a refusal does not drop the lock', async () => {
    const paths = await dataFolder();
    const lock = lockSession(paths, 'a');
    expect(() => lockSession(paths, 'a')).toThrow(`pid ${process.pid}`);
    expect(() => lockSession(paths, 'a')).toThrow(expect.objectContaining({ code: 'profile_in_use' }));
    expect(await nextLine(startScript('lock-holder.ts', [paths.root, 'a']))).toContain('refused profile_in_use');
    lock.release();
    lock.release();
    const other = startScript('lock-holder.ts', [paths.root, 'a']);
    expect(await nextLine(other)).toBe(`held ${other.pid}`);
  });

  test('of one session leaves its neighbours alone, also one called "data"', async () => {
    const paths = await dataFolder();
    const names = ['client1', 'client10', 'a_b', 'a-b', 'data'];
    const locks = [lockDataFolder(paths, { port: 1 }), ...names.map((name) => lockSession(paths, name))];
    cleanUp(() => locks.forEach((lock) => void lock.release()));
    expect(new Set(locks.map((lock) => lock.file)).size).toBe(names.length + 1);
  });

  test('says what its holder adds later, and is for its owner alone', async () => {
    const paths = await dataFolder();
    const lock = lockDataFolder(paths, { port: 0 });
    cleanUp(() => lock.release());
    lock.describe({ port: 3001 });
    expect(readOwner(paths.dataLock)?.about).toEqual({ port: 3001 });
    expect((await stat(paths.dataLock)).mode & 0o777).toBe(0o600);
    expect((await stat(`${paths.dataLock}.owner.json`)).mode & 0o777).toBe(0o600);
    expect((await stat(paths.dataLock)).size).toBe(0);
  });

  test('is not impressed by a torn or lying file beside it', async () => {
    const paths = await dataFolder();
    const file = `${paths.dataLock}.owner.json`;
    for (const text of [
      '{"pid":',
      '',
      '{"pid":"x"}',
      JSON.stringify({ pid: 1, host: 'elsewhere', since: 'x', about: {} }),
    ]) {
      await writeFile(file, text);
      lockDataFolder(paths, { port: 1 }).release();
    }
    const holder = startScript('lock-holder.ts', [paths.root]);
    await nextLine(holder);
    await writeFile(file, '{"pid":');
    expect(() => lockDataFolder(paths, { port: 1 })).toThrow('an unknown process');
  });

  test('of a folder that was copied while it was held is free in the copy', async () => {
    const paths = await dataFolder();
    const locks = [lockDataFolder(paths, { port: 1 }), lockSession(paths, 'ventas')];
    cleanUp(() => locks.forEach((lock) => void lock.release()));
    const copy = dataPaths(join(paths.root, '../copy'));
    // By another process: one that opens the lock's file in this one drops it.
    execFileSync('cp', ['-a', paths.root, copy.root]);
    for (const of of [paths, copy]) {
      const pid = of === paths ? process.pid : undefined;
      expect(readOwner(of.dataLock)?.pid).toBe(pid);
      expect(readOwner(of.sessionLock('ventas'))?.pid).toBe(pid);
    }
  });

  test('that cannot be made says so', async () => {
    const paths = await dataFolder();
    await writeFile(join(paths.locks, 'sessions'), 'a file where a folder should be');
    expect(() => lockSession(paths, 'a')).toThrow(expect.objectContaining({ code: 'storage_failed' }));
  });
});

describe('who holds a lock now', () => {
  const ownerOf = (pid: number, host: string): string =>
    JSON.stringify({ pid, host, since: '2026-01-01T00:00:00.000Z', about: {} });

  test.each([
    ['of another host', () => ownerOf(12, 'the-container-before')],
    ['of this host, with the pid of another program', () => ownerOf(process.ppid, hostname())],
  ])('is not the process that an owner file %s names, once it is free', async (_what, written) => {
    const paths = await dataFolder();
    await writeFile(paths.dataLock, '');
    await writeFile(`${paths.dataLock}.owner.json`, written());
    expect(livingOwner(paths.dataLock)).toBeNull();
    const lock = lockDataFolder(paths, { port: 1 });
    expect(livingOwner(paths.dataLock)).toMatchObject({ pid: process.pid });
    lock.release();
  });

  test('is told while it is held, under any host name and pid, and to look takes nothing', async () => {
    const paths = await dataFolder();
    const holder = startScript('lock-holder.ts', [paths.root]);
    await nextLine(holder);
    // As a container of another name, with pids of its own, says it.
    await writeFile(`${paths.dataLock}.owner.json`, ownerOf(2 ** 22 - 1, hostname()));
    for (let i = 0; i < 3; i += 1) expect(livingOwner(paths.dataLock)).toMatchObject({ pid: 2 ** 22 - 1 });
    expect(() => lockDataFolder(paths, { port: 1 })).toThrow('is in use by');
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    expect(livingOwner(paths.dataLock)).toBeNull();
  });

  test('may be asked while another process takes the lock, which succeeds anyway', async () => {
    const paths = await dataFolder();
    const looker = startScript('lock-looker.ts', [paths.dataLock]);
    expect(await nextLine(looker)).toBe('looking');
    for (let i = 0; i < 200; i += 1) lockDataFolder(paths, { port: 1 }).release();
  });
});
