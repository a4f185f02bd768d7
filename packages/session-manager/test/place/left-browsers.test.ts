import { once } from 'node:events';
import { cp, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { bootId, readProcess } from '@leadmaster/capture/processes';
import { expect, onTestFinished, test } from 'vitest';
import { openOffline, openPlaceOffline } from '../../src/offline.ts';
import { thisProbe } from '../../src/profile/place.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { tempFolder } from '../adopt/folders.ts';
import { nextLine, startScript } from '../profile/helpers.ts';
import { Installation, PLACE_WAITS, STARTS } from './installation.ts';

const OVERLAY = { ...thisProbe, type: () => 0x794c7630n };

interface Left {
  folder: string;
  here: Installation;
  /** The browser of `ventas`. */
  pid: number;
  isAlive(): boolean;
}

/** A folder whose service was killed, or still runs: a process that stands for the browser of `ventas` uses its profile. */
async function withBrowser(probe = thisProbe, file = 'held-open'): Promise<Left> {
  const folder = await tempFolder();
  const here = await Installation.linked(folder);
  here.probe = probe;
  await here.start();
  await here.snapshot('ventas');
  await here.stop();
  const profileDir = join(here.dataDir, 'tokens/ventas');
  const child = startScript('../process/reader.ts', [join(profileDir, file), `--user-data-dir=${profileDir}`]);
  const ended = once(child, 'exit');
  await nextLine(child);
  const { pid = 0 } = child;
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await ended;
  });
  const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
  const startTicks = readProcess(pid)?.startTicks ?? 0;
  store.browsers.record({ session: 'ventas', pid, startTicks, bootId: bootId(), profileDir });
  store.close();
  const isAlive = () => !['Z', undefined].includes(readProcess(pid)?.state);
  return { folder, here, pid, isAlive };
}

/** The folder as it is copied while a browser is on it; the browser that is stopped for a snapshot must stay so. */
async function copied(left: Left): Promise<Installation> {
  await cp(left.here.dataDir, join(left.folder, 'copy'), { recursive: true, preserveTimestamps: true });
  process.kill(left.pid, 'SIGSTOP');
  // The kernel stops a process when it next comes by, not within the call.
  await expect.poll(() => readProcess(left.pid)?.state).toBe('T');
  return left.here.at(join(left.folder, 'copy'));
}

test('a start on a copy leaves the browsers of the folder it was copied from alone, and so does the next one', async () => {
  const left = await withBrowser();
  const copy = await copied(left);
  expect(await copy.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  expect(readProcess(left.pid)?.state).toBe('T');
  expect(await copy.restart()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  await copy.context.place.accept({ originRetired: true });
  await copy.restart();
  expect(readProcess(left.pid)?.state).toBe('T');
});

test('so does a start on a copy where the place cannot be told', async () => {
  const left = await withBrowser(OVERLAY);
  const copy = await copied(left);
  expect(await copy.start()).toMatchObject([STARTS, STARTS]);
  await copy.restart();
  expect(readProcess(left.pid)?.state).toBe('T');
});

test.each([
  ['snapshots', openOffline],
  ['the place', openPlaceOffline],
])(
  'a command about %s with the service down ends and thaws nothing, on a copy or on the folder itself',
  async (_, open) => {
    const left = await withBrowser();
    const copy = await copied(left);
    for (const { config } of [copy, left.here].map((one) => ({ config: one.config() }))) {
      const opened = await open(config);
      await opened.close();
      expect(readProcess(left.pid)?.state).toBe('T');
    }
    // What the service left is still known to its next start.
    await left.here.start();
    expect(left.isAlive()).toBe(false);
  },
);

test('a start on the folder itself ends what an earlier service left', async () => {
  const { here, isAlive } = await withBrowser();
  expect(await here.start()).toMatchObject([STARTS, STARTS]);
  expect(isAlive()).toBe(false);
});

test.each([
  ['on ext4 and its like', thisProbe],
  ['where the place cannot be told', OVERLAY],
])('also after the folder was renamed meanwhile, %s', async (_, probe) => {
  const { folder, here, isAlive } = await withBrowser(probe);
  await rename(here.dataDir, join(folder, 'elsewhere'));
  expect(await here.at(join(folder, 'elsewhere')).start()).toMatchObject([STARTS, STARTS]);
  expect(isAlive()).toBe(false);
});

test('also after it was renamed, with a browser that had no file open yet', async () => {
  const { folder, here, isAlive } = await withBrowser(thisProbe, '../../../elsewhere.txt');
  await rename(here.dataDir, join(folder, 'elsewhere'));
  await here.at(join(folder, 'elsewhere')).start();
  expect(isAlive()).toBe(false);
});

test('also where the folder is reached by another path than before', async () => {
  const { folder, here, isAlive } = await withBrowser(OVERLAY);
  await rename(here.dataDir, join(folder, 'elsewhere'));
  await symlink(join(folder, 'elsewhere'), here.dataDir);
  await here.start();
  expect(isAlive()).toBe(false);
});

test('a copy that was put where the folder was while its browsers ran leaves them alone', async () => {
  const left = await withBrowser();
  const copy = await copied(left);
  await rename(left.here.dataDir, join(left.folder, 'aside'));
  await rename(copy.dataDir, left.here.dataDir);
  expect(await left.here.start()).toMatchObject([PLACE_WAITS, PLACE_WAITS]);
  await left.here.restart();
  expect(readProcess(left.pid)?.state).toBe('T');
});

test('an order for a session with the service down ends what was left running on its profile, and on no other', async () => {
  const left = await withBrowser();
  const copy = await copied(left);
  await cp(join(left.folder, 'vault'), join(left.folder, 'vault-of-copy'), { recursive: true });
  copy.env.VAULT_URL = `file:${join(left.folder, 'vault-of-copy')}`;
  for (const one of [copy, left.here]) {
    one.withBrowser();
    const { snapshots, close } = await openOffline(one.config());
    onTestFinished(close);
    await snapshots.create('ventas', { reason: 'requested' });
    await close();
    if (one === copy) expect(readProcess(left.pid)?.state).toBe('T');
  }
  expect(left.isAlive()).toBe(false);
});
