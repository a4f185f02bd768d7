import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  browsersOn,
  browsersOnAny,
  commandLine,
  endGroup,
  groupMembers,
  identify,
  isGone,
  isOurs,
  listProcesses,
  processTree,
  readProcess,
  userDataDirOf,
} from '@leadmaster/capture/processes';
import { pino } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { holdersOf, profileUsers, proveProfileFree } from '../../src/process/holders.ts';
import { endLeftBrowsers } from '../../src/process/left-browsers.ts';
import { treeMemory } from '../../src/process/memory.ts';
import { endOrphans, type RecordedBrowser } from '../../src/process/orphans.ts';
import { ProcessorTime } from '../../src/process/processor-time.ts';
import { clearStaleSingleton, readSingleton } from '../../src/process/singleton-lock.ts';
import { storesInUse } from '../../src/process/store-locks.ts';
import { nextLine, startScript, tempFolder } from '../profile/helpers.ts';
import { BROWSERS, until } from './browsers.ts';
import { endAllIn, launch } from './launch.ts';

beforeAll(() => {
  if (BROWSERS.length === 0)
    console.warn('No Chromium found: the tests with a real browser are skipped. Set CHROME_PATH.');
});

async function profiles(...names: string[]): Promise<string[]> {
  const folder = await tempFolder();
  endAllIn(folder);
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      await mkdir(path);
      return path;
    }),
  );
}

/** Copies a folder in use: the browser is stopped meanwhile, since its short-lived files would go from under `cp`. */
function copyOfLiving(pid: number, from: string, to: string): void {
  process.kill(-pid, 'SIGSTOP');
  execFileSync('cp', ['-a', from, to]);
  process.kill(-pid, 'SIGCONT');
}

const lock = { file: 'locks/a.lock' };

describe.each(BROWSERS)('$name', ({ path }) => {
  test('all of its processes are in its group, and only the main one names the profile', async () => {
    const [dir = ''] = await profiles('a');
    const browser = await launch(path, dir);
    expect(browser.pgid).toBe(browser.pid);
    const tree = processTree(browser.pid);
    expect(tree.length).toBeGreaterThan(4);
    expect(tree.filter((p) => p.pgid !== browser.pgid)).toEqual([]);
    const strays = () => {
      const below = new Set(processTree(browser.pid).map((p) => p.pid));
      return groupMembers(browser.pgid).filter((p) => !below.has(p.pid));
    };
    await until(() => strays().length === 0);
    // A child that is just being forked shows its parent's command line until it has its own.
    const naming = () => processTree(browser.pid).filter((p) => userDataDirOf(p.pid) !== null);
    await until(() => naming().length === 1);
    expect(naming().map((p) => p.pid)).toEqual([browser.pid]);
    expect(userDataDirOf(browser.pid)).toBe(dir);
  });

  test('ending client1 leaves client10 alone', async () => {
    const [one = '', ten = ''] = await profiles('client1', 'client10');
    const [first, tenth] = await Promise.all([launch(path, one), launch(path, ten)]);
    expect(isOurs({ ...first, profileDir: one })).toBe(true);
    expect(isOurs({ ...tenth, profileDir: one })).toBe(false);
    expect(isOurs({ ...first, profileDir: ten })).toBe(false);
    expect(isOurs({ ...first, startTicks: first.startTicks + 1, profileDir: one })).toBe(false);
    await until(() => browsersOn(one).length === 1);
    expect(browsersOn(one).map((p) => p.pid)).toEqual([first.pid]);
    expect(new Set((await holdersOf(one)).map((h) => readProcess(h.pid)?.pgid))).toEqual(new Set([first.pgid]));

    // Wrong start time: the pid was reused, nothing is ours.
    const reused = { ...first, startTicks: first.startTicks - 5 };
    expect(await endGroup(reused, { termMs: 100, killMs: 1000 })).toEqual({ found: [], killed: [] });
    expect(isGone(readProcess(first.pid))).toBe(false);

    const ended = await endGroup(first, { termMs: 0, killMs: 5000 });
    expect(ended.killed.length).toBeGreaterThan(4);
    expect(groupMembers(first.pgid)).toEqual([]);
    expect(await profileUsers(one)).toEqual([]);
    await proveProfileFree(one, 0);
    expect(isOurs({ ...tenth, profileDir: ten })).toBe(true);
    expect(groupMembers(tenth.pgid).length).toBeGreaterThan(3);
    await expect(proveProfileFree(ten, 0)).rejects.toMatchObject({
      code: 'profile_in_use',
      message: expect.stringContaining(`pid ${tenth.pid}`),
    });
    // Asked first, it ends by itself.
    expect((await endGroup(tenth, { termMs: 30_000, killMs: 5000 })).killed).toEqual([]);
    expect(await profileUsers(ten)).toEqual([]);
  });

  test('an orphan of a killed parent is found by its record and ended', async () => {
    const [dir = ''] = await profiles('a');
    const parent = startScript('../process/launcher.ts', [path, dir]);
    const recorded = JSON.parse(await nextLine(parent)) as RecordedBrowser;
    const died = once(parent, 'exit');
    parent.kill('SIGKILL');
    await died;
    expect(isOurs(recorded)).toBe(true);

    // Other boots, other start times and other profiles are not ours to end.
    const options = { termMs: 0, killMs: 5000 };
    for (const [wrong, said] of [
      [{ bootId: 'another' }, 'restarted'],
      [{ startTicks: recorded.startTicks - 1 }, 'another process'],
    ] as const) {
      const [report] = await endOrphans([{ ...recorded, ...wrong }], options);
      expect(report).toMatchObject({ outcome: 'gone', detail: expect.stringContaining(said) });
    }
    const [other] = await endOrphans([{ ...recorded, profileDir: `${dir}0` }], options);
    expect(other).toMatchObject({ outcome: 'gone' });
    expect(isOurs(recorded)).toBe(true);
    expect(browsersOnAny([`${dir}0`, dir])).toMatchObject([{ profileDir: dir, browser: { pid: recorded.pid } }]);

    const [report] = await endOrphans([recorded], { termMs: 30_000, killMs: 5000 });
    expect(report).toMatchObject({ session: 'a', pid: recorded.pid, outcome: 'ended' });
    expect(await profileUsers(dir)).toEqual([]);
    expect(await endOrphans([recorded], options)).toMatchObject([{ outcome: 'gone' }]);
  });

  test('left by a service, it is ended from its renamed data folder, and left alone from a copy of it', async () => {
    const folder = await tempFolder();
    endAllIn(folder);
    const dir = join(folder, 'data', 'a');
    await mkdir(dir, { recursive: true });
    const parent = startScript('../process/launcher.ts', [path, dir]);
    const recorded = JSON.parse(await nextLine(parent)) as RecordedBrowser;
    copyOfLiving(recorded.pid, join(folder, 'data'), join(folder, 'copy'));
    await rename(join(folder, 'data'), join(folder, 'renamed'));
    const cleared: string[] = [];
    const browsers = { all: () => [recorded], clear: (session: string) => void cleared.push(session) };
    const from = (name: string) => ({
      ...{ browsers, stopMs: 10_000, log: pino({ level: 'silent' }) },
      profileDir: (session: string) => join(folder, name, session),
    });
    await endLeftBrowsers(from('copy'), false);
    expect(isOurs(recorded)).toBe(true);
    expect(cleared).toEqual(['a']);
    await endLeftBrowsers(from('renamed'), false);
    expect(isGone(readProcess(recorded.pid))).toBe(true);
    expect(await profileUsers(join(folder, 'renamed', 'a'))).toEqual([]);
  });

  test('with its main process dead and a child hanging on to the profile, the rest is ended too', async () => {
    const [dir = ''] = await profiles('a');
    const parent = startScript('../process/launcher.ts', [path, dir]);
    const recorded = JSON.parse(await nextLine(parent)) as RecordedBrowser;
    // A stopped child does not notice that its browser has died.
    const helpers = (await holdersOf(dir)).filter((h) => h.pid !== recorded.pid);
    for (const helper of helpers) process.kill(helper.pid, 'SIGSTOP');
    process.kill(recorded.pid, 'SIGKILL');
    await until(() => isGone(readProcess(recorded.pid)));
    const [report] = await endOrphans([recorded], { termMs: 0, killMs: 5000 });
    expect(report?.outcome).toBe(helpers.length > 0 ? 'ended' : 'gone');
    expect(await profileUsers(dir)).toEqual([]);
    await until(() => groupMembers(recorded.pid).length === 0);
  });

  test('memory of the tree is the sum of its shares, and null for a tree that is gone', async () => {
    const [dir = ''] = await profiles('a');
    const browser = await launch(path, dir);
    // Helpers come and go: measure until a moment when none did.
    let memory = await treeMemory(browser);
    await until(async () => {
      const before = groupMembers(browser.pgid).length;
      memory = await treeMemory(browser);
      return memory.processes === before;
    });
    expect(memory.approximated).toBe(0);
    expect(memory.bytes).toBeGreaterThan(15 * 2 ** 20);
    expect(memory.bytes).toBeLessThan(900 * 2 ** 20);
    await endGroup(browser, { termMs: 0, killMs: 5000 });
    expect(await treeMemory(browser)).toEqual({ bytes: null, processes: 0, approximated: 0 });
  });

  test('processor time of the tree only grows, and keeps what was used by processes that ended', async () => {
    const [dir = ''] = await profiles('a');
    const browser = await launch(path, dir);
    const time = new ProcessorTime();
    const first = (await time.upTo(groupMembers(browser.pgid))) ?? 0;
    expect(first).toBeGreaterThan(0);
    const second = (await time.upTo(groupMembers(browser.pgid))) ?? 0;
    expect(second).toBeGreaterThanOrEqual(first);
    await endGroup(browser, { termMs: 0, killMs: 5000 });
    expect(await time.upTo([])).toBe(second);
  });
});

const full = BROWSERS.find((browser) => browser.name === 'chromium');
describe.runIf(full !== undefined)("Chromium's own lock", () => {
  test('live, then stale after kill -9, then cleared; and the browser starts again', async () => {
    const [dir = ''] = await profiles('a');
    const browser = await launch(full?.path ?? '', dir);
    expect(await readSingleton(dir)).toEqual({
      kind: 'live',
      target: `${hostname()}-${browser.pid}`,
      pid: browser.pid,
    });
    await expect(clearStaleSingleton(dir, lock)).rejects.toMatchObject({ code: 'profile_in_use' });
    await until(() => storesInUse(dir).length > 0);
    await endGroup(browser, { termMs: 0, killMs: 5000 });
    expect(storesInUse(dir)).toEqual([]);
    expect(await readSingleton(dir)).toMatchObject({ kind: 'stale' });
    expect((await clearStaleSingleton(dir, lock)).removed).toContain('SingletonLock');
    expect(await readSingleton(dir)).toEqual({ kind: 'none' });

    // From another host, as after a move: Chromium itself would refuse to start.
    await symlink('another-host-4242', join(dir, 'SingletonLock'));
    expect(await readSingleton(dir)).toMatchObject({ kind: 'foreign_host', host: 'another-host' });
    expect(await clearStaleSingleton(dir, lock)).toMatchObject({
      state: { kind: 'foreign_host' },
      removed: ['SingletonLock'],
    });
    const again = await launch(full?.path ?? '', dir);
    await endGroup(again, { termMs: 30_000, killMs: 5000 });
  });

  test('the crash handler leaves the group, holds nothing of the profile, and ends with its browser', async () => {
    const [dir = ''] = await profiles('a');
    // Its arguments name a folder for reports, below the user's settings: a place of our own tells it from others'.
    const settings = join(dir, '..', 'settings');
    const browser = await launch(full?.path ?? '', dir, { ...process.env, XDG_CONFIG_HOME: settings });
    const mine = listProcesses().filter(
      (p) => p.comm.startsWith('chrome_crashpad') && commandLine(p.pid).some((arg) => arg.includes(settings)),
    );
    expect(mine.length).toBeGreaterThan(0);
    const holders = new Set((await holdersOf(dir)).map((h) => h.pid));
    expect(mine.filter((p) => holders.has(p.pid))).toEqual([]);
    expect(mine.filter((p) => p.pgid === browser.pgid)).toEqual([]);
    await endGroup(browser, { termMs: 0, killMs: 5000 });
    await until(() => mine.every((p) => isGone(readProcess(p.pid)) || identify(p.pid)?.startTicks !== p.startTicks));
  });
});

test('a singleton lock whose pid lives but is something else is stale; a malformed one is cleared', async () => {
  const [dir = ''] = await profiles('a');
  await symlink(`${hostname()}-${process.pid}`, join(dir, 'SingletonLock'));
  await symlink('/tmp/nowhere/SingletonSocket', join(dir, 'SingletonSocket'));
  expect(await readSingleton(dir)).toMatchObject({ kind: 'stale' });
  expect((await clearStaleSingleton(dir, lock)).removed).toEqual(['SingletonLock', 'SingletonSocket']);
  for (const target of ['', 'x', '-5', 'host-', 'host-abc', 'host-0']) {
    if (target !== '') await symlink(target, join(dir, 'SingletonLock'));
    expect((await readSingleton(dir)).kind).toBe(target === '' ? 'none' : 'malformed');
    await clearStaleSingleton(dir, lock);
  }
});

test('a process that reads a profile is named until it has finished', async () => {
  const [dir = ''] = await profiles('a');
  await symlink('other-host-1', join(dir, 'SingletonLock'));
  const reader = startScript('../process/reader.ts', [join(dir, 'file')]);
  await nextLine(reader);
  expect(await holdersOf(dir)).toMatchObject([{ pid: reader.pid, by: 'files', file: join(dir, 'file') }]);
  await expect(clearStaleSingleton(dir, lock)).rejects.toMatchObject({
    code: 'profile_in_use',
    message: expect.stringContaining(`pid ${reader.pid}`),
  });
  expect((await readFile(join(dir, 'file'), 'utf8')).length).toBeGreaterThan(0);
  setTimeout(() => reader.kill('SIGKILL'), 150);
  await proveProfileFree(dir, 5000);
});
