import { rmSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { bootId, readProcess } from '@leadmaster/capture/processes';
import { describe, expect, test } from 'vitest';
import { lockDataFolder, lockSession } from '../../session-manager/src/profile/locks.ts';
import { TOPICS } from '../src/finding.ts';
import { deadOwner, plantedAndFound, pretend } from './planted.ts';
import { NAME, put, SampleInstallation } from './sample-installation.ts';

test('a healthy installation has nothing, with the service down and up', async () => {
  const installation = await SampleInstallation.healthy();
  installation.giveAway();
  const { ok, findings, fixed } = await installation.examine();
  expect(findings.filter(({ severity }) => severity !== 'ok')).toEqual([]);
  expect(findings).toHaveLength(TOPICS.length);
  expect({ ok, fixed }).toEqual({ ok: true, fixed: [] });
});

test('beside a running service: no lock is needed, and its own browsers are no strangers', async () => {
  const installation = await SampleInstallation.healthy();
  const lock = lockDataFolder(installation.paths, { port: 1 });
  const session = lockSession(installation.paths, NAME);
  try {
    const { pid = 0 } = await pretend(installation.profile);
    const startTicks = readProcess(pid)?.startTicks ?? 0;
    const row = { session: NAME, pid, startTicks, bootId: bootId(), profileDir: installation.profile };
    installation.change((store) => store.browsers.record(row));
    expect(await installation.found()).toEqual([]);
    expect((await installation.examine({ fix: true })).fixed).toEqual([]);
  } finally {
    session.release();
    lock.release();
  }
});

test('a browser that its running service has only just started, and not yet recorded, is no stranger', async () => {
  const installation = await SampleInstallation.healthy();
  const lock = lockDataFolder(installation.paths, { port: 1 });
  try {
    await pretend(installation.profile);
    expect(await installation.found()).toEqual([]);
  } finally {
    lock.release();
  }
});

test('the database of an older version is no damage, and what rests on it is not called well', async () => {
  const installation = await SampleInstallation.healthy();
  installation.forgetNewestSchema();
  const { ok, findings } = await installation.examine();
  expect(ok).toBe(true);
  const found = findings.filter(({ id, severity }) => severity !== 'ok' && id !== 'runs_as_root');
  expect(found).toMatchObject([{ id: 'database_older', severity: 'warning', fix: expect.stringContaining('start') }]);
  const well = findings.filter(({ severity }) => severity === 'ok').map(({ id }) => id);
  const untold = [
    'place',
    'browsers',
    'profiles',
    'moved',
    'transfers',
    'hubs',
    'sessions',
    'people',
    'pages',
    'builds',
  ];
  for (const topic of [...untold, 'snapshots', 'database']) expect(well).not.toContain(topic);
  expect(well).toEqual(expect.arrayContaining(['permissions', 'locks', 'vault', 'disk']));
});

test('the browsers of a running service whose database is of an older version are no strangers', async () => {
  const installation = await SampleInstallation.healthy();
  installation.forgetNewestSchema();
  const lock = lockDataFolder(installation.paths, { port: 1 });
  try {
    await pretend(installation.profile);
    expect((await installation.found()).map(({ id }) => id)).toEqual(['database_older']);
  } finally {
    lock.release();
  }
});

test('a fresh machine: no data folder, no vault, no key; and nothing is made by looking', async () => {
  const installation = await SampleInstallation.healthy();
  await rm(installation.paths.root, { recursive: true });
  await rm(join(installation.paths.root, '../elsewhere'), { recursive: true });
  expect(await installation.found()).toMatchObject([{ id: 'data_folder_missing', severity: 'note' }]);
  await expect(chmod(installation.paths.root, 0o700)).rejects.toThrow(/ENOENT/);
});

describe('modes, locks and room', () => {
  plantedAndFound([
    ['a database that is damaged', (i) => writeFile(i.paths.database, 'x'), [['database_unreadable', 'problem']]],
    ['an open data folder', (i) => chmod(i.paths.root, 0o755), [['modes_open', 'problem']]],
    ['an open admin key', (i) => writeFile(i.paths.adminKey, 'k', { mode: 0o644 }), [['modes_open', 'warning']]],
    ['an open profile', (i) => chmod(i.profile, 0o755), [['modes_inside', 'warning']]],
    [
      'an open profile in an open data folder',
      (i) => Promise.all([chmod(i.profile, 0o755), chmod(i.paths.root, 0o711)]),
      [
        ['modes_open', 'problem'],
        ['modes_inside', 'problem'],
      ],
    ],
    ['an open file of a profile', (i) => chmod(join(i.profile, 'Default'), 0o755), [['modes_inside', 'note']]],
    ['a browser without a record of its launch', (i) => pretend(i.profile), [['stray_browser', 'problem']]],
    [
      'a lock of a Chromium that died',
      (i) => symlinkSync(`${hostname()}-${2 ** 22 - 1}`, join(i.profile, 'SingletonLock')),
      [['singleton_stale', 'note']],
    ],
    [
      'a lock of another machine',
      (i) => symlinkSync('otherhost-12', join(i.profile, 'SingletonLock')),
      [['singleton_foreign', 'warning']],
    ],
    ['the word of a dead manager', (i) => deadOwner(i.paths.dataLock), [['lock_stale', 'note']]],
    [
      'the word of a dead run',
      async (i) => {
        await mkdir(join(i.paths.locks, 'sessions'), { mode: 0o700 });
        deadOwner(i.paths.sessionLock(NAME));
      },
      [['lock_stale', 'note']],
    ],
    [
      'a full disk',
      (i) => {
        i.machine.room = async () => ({ freeBytes: 1e6, totalBytes: 100e9 });
      },
      [
        ['disk_full', 'problem'],
        ['vault_disk_full', 'problem'],
      ],
    ],
    [
      'a disk that is nearly full',
      (i) => {
        i.machine.room = async (path) => ({ freeBytes: path === i.paths.tokens ? 2e9 : 50e9, totalBytes: 100e9 });
      },
      [['disk_low', 'warning']],
    ],
  ]);
});

test('files of another user, and the service as root', async () => {
  const installation = await SampleInstallation.healthy();
  const real = process.getuid?.() ?? 0;
  // Seen from a service that runs as another user.
  const lock = lockDataFolder(installation.paths, { port: 1 });
  try {
    installation.machine.userOf = () => real + 1;
    const found = await installation.found();
    expect(found.every(({ id, severity }) => id === 'owner_foreign' && severity === 'problem')).toBe(true);
    expect(found.map(({ where }) => where)).toContain(installation.profile);
    installation.machine.userOf = () => 0;
    const { findings } = await installation.examine();
    expect(findings.find(({ id }) => id === 'runs_as_root')).toMatchObject({
      severity: 'warning',
      fix: expect.stringMatching(`useradd.*chown -R leadmaster: ${installation.paths.root};`),
    });
    rmSync(installation.paths.trash, { recursive: true });
    const { findings: ofOther } = await installation.examine();
    const fix = ofOther.find(({ id }) => id === 'runs_as_root')?.fix;
    expect(fix).toContain('chown -R leadmaster: DATA_FOLDER;');
  } finally {
    lock.release();
  }
});

test('a browser that outlived its service', async () => {
  const installation = await SampleInstallation.healthy();
  const { pid = 0 } = await pretend(installation.profile);
  const startTicks = readProcess(pid)?.startTicks ?? 0;
  const row = { session: NAME, pid, startTicks, bootId: bootId(), profileDir: installation.profile };
  installation.change((store) => store.browsers.record(row));
  expect(await installation.found()).toMatchObject([{ id: 'orphan_browser', severity: 'warning' }]);
  // Another start time is another process.
  installation.change((store) => store.browsers.record({ ...row, startTicks: startTicks - 1 }));
  expect(await installation.found()).toMatchObject([{ id: 'stray_browser', severity: 'problem' }]);
});

test('what cannot be looked at is a problem, and the rest is looked at anyway', async () => {
  const installation = await SampleInstallation.healthy();
  installation.machine.room = async () => {
    throw new Error('the disk is gone');
  };
  expect(await installation.found()).toMatchObject([
    { id: 'check_failed', severity: 'problem', where: 'disk', what: expect.stringContaining('the disk is gone') },
  ]);
});

test('everything is said in Spanish as well', async () => {
  const installation = await SampleInstallation.healthy();
  await put(join(installation.paths.session('admin'), 'Default/x'), '');
  await chmod(installation.paths.root, 0o755);
  const spanish = (await installation.examine({ language: 'es' })).findings;
  const english = (await installation.examine({ language: 'en' })).findings;
  expect(spanish.map(({ id }) => id)).toEqual(english.map(({ id }) => id));
  expect(spanish.find(({ id }) => id === 'profile_unclaimed')?.what).toContain('todavía no es una sesión');
  expect(spanish.filter(({ what }, i) => what === english[i]?.what)).toEqual([]);
});
