import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { bootId, readProcess } from '@leadmaster/capture/processes';
import { LeadMasterError, type SessionState } from '@leadmaster/protocol';
import { newMasterKeyText } from '@leadmaster/vault';
import { describe, expect, test } from 'vitest';
import { ALL_UNKNOWN } from '../../session-manager/src/lifecycle/capabilities/verdicts.ts';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import { lockDataFolder, lockSession } from '../../session-manager/src/profile/locks.ts';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';
import { CLOCK_FACT } from '../../session-manager/src/steady-clock.ts';
import { A_CHANGE, A_SNAPSHOT } from '../../session-manager/test/event-samples.ts';
import { cleanUp } from '../../session-manager/test/profile/helpers.ts';
import { TOPICS } from '../src/finding.ts';
import { bystander } from './bystander.ts';
import { NAME, put, SampleInstallation } from './sample-installation.ts';

const HOURS = 3_600_000;
const DAYS = 24 * HOURS;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAYS).toISOString();

/** A process that looks like a browser on a profile, by its command line; ended after the test. */
const pretend = (profileDir: string) => bystander('', [`--user-data-dir=${profileDir}`]);

function accountOf(phone: string) {
  return { id: `${phone}@c.us`, phone, name: '' };
}

function stands(store: StateStore, to: SessionState, reason: string): void {
  store.transitions.record(NAME, { from: 'STOPPED', to, reason, data: A_CHANGE });
}

/** What the dead leave beside a lock. */
function deadOwner(lockFile: string): void {
  const owner = { pid: 2 ** 22 - 1, host: hostname(), since: daysAgo(1), about: {} };
  writeFileSync(lockFile, '', { mode: 0o600 });
  writeFileSync(`${lockFile}.owner.json`, JSON.stringify(owner), { mode: 0o600 });
}

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

test('a fresh machine: no data folder, no vault, no key; and nothing is made by looking', async () => {
  const installation = await SampleInstallation.healthy();
  await rm(installation.paths.root, { recursive: true });
  await rm(join(installation.paths.root, '../elsewhere'), { recursive: true });
  expect(await installation.found()).toMatchObject([{ id: 'data_folder_missing', severity: 'note' }]);
  await expect(chmod(installation.paths.root, 0o700)).rejects.toThrow(/ENOENT/);
});

/** What is planted, and what has to be found of it, and of nothing else. */
const PLANTED: [what: string, plant: (i: SampleInstallation) => unknown, found: [id: string, severity: string][]][] = [
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
  ['a browser that LeadMaster did not start', (i) => pretend(i.profile), [['stray_browser', 'problem']]],
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
    'a profile without a record',
    (i) => mkdir(i.paths.session('admin'), { mode: 0o700 }),
    [['profile_unclaimed', 'warning']],
  ],
  ['a record without a session', (i) => i.putProfile('admin'), [['profile_unclaimed', 'warning']]],
  [
    'a session without a profile',
    (i) => rename(i.profile, join(i.paths.root, '../lost')),
    [['profile_missing', 'problem']],
  ],
  ['a record that is torn', (i) => writeFile(i.paths.record(NAME), '{'), [['record_unreadable', 'problem']]],
  [
    'a profile under another name',
    async (i) => {
      await rename(i.profile, i.paths.session('otra'));
      i.change((store) => store.sessions.remove(NAME));
    },
    [['record_unreadable', 'problem']],
  ],
  [
    'half a login',
    (i) => rm(join(i.profile, LOGIN_STORES.localStorage), { recursive: true }),
    [['login_damaged', 'problem']],
  ],
  [
    'a folder that can be no session',
    (i) => mkdir(join(i.paths.tokens, '.wwebjs_auth'), { mode: 0o700 }),
    [['folder_no_session', 'note']],
  ],
  [
    'a copy whose origin was not retired',
    (i) => createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { originRetired: false }),
    [['origin_not_retired', 'note']],
  ],
  [
    'a session that moved away, with its profile in place',
    (i) =>
      i.change((store) => {
        store.vault.setMoved(NAME, 1, null);
        store.transitions.record(NAME, { from: 'STOPPED', to: 'MOVED', reason: 'transferred', data: A_CHANGE });
      }),
    [['moved_in_place', 'problem']],
  ],
  [
    'a session that has come whole, and was never handed over',
    (i) => i.putArrival('soporte', 'sealed', 2 * HOURS),
    [['arrival_sealed', 'warning']],
  ],
  [
    'a session that was handed over and is not in its place',
    (i) => i.putArrival('soporte', 'committing', 2 * HOURS),
    [['arrival_unfinished', 'problem']],
  ],
  [
    'a transfer to here that the source did not continue',
    (i) => i.putArrival('soporte', 'prepared', 25 * HOURS),
    [['arrival_left', 'note']],
  ],
  [
    'a session that was handed over, and its arrival is not confirmed',
    (i) => i.putDeparture(2 * HOURS),
    [['departure_unfinished', 'problem']],
  ],
  [
    'sessions that are on their way and take their time',
    (i) => {
      i.putDeparture(HOURS / 2);
      i.putArrival('uno', 'sealed', HOURS / 2);
      i.putArrival('dos', 'prepared', 23 * HOURS);
    },
    [],
  ],
  [
    'no browser',
    (i) => {
      i.machine.browserVersion = async () => {
        throw new LeadMasterError('browser_missing', 'No browser is installed.', 'Run: apt install it');
      };
    },
    [['browser_missing', 'problem']],
  ],
  [
    'a browser older than the profile',
    (i) => {
      i.machine.browserVersion = async () => '155.0.1.2';
    },
    [['browser_older', 'problem']],
  ],
  [
    'a vault that is not mounted',
    (i) => rm(join(i.paths.root, '../elsewhere'), { recursive: true }),
    [['vault_missing', 'problem']],
  ],
  [
    'a vault that does not answer',
    (i) => {
      i.machine.tryVault = async () => {
        throw new LeadMasterError('store_unreachable', 'the network is down', 'Look at it.');
      };
    },
    [['vault_unreachable', 'problem']],
  ],
  ['a lost key', (i) => rm(i.config.vault.keyFile), [['vault_key_missing', 'problem']]],
  ['a key that is none', (i) => writeFile(i.config.vault.keyFile, 'no key\n'), [['vault_key_unusable', 'problem']]],
  [
    'the key of another vault',
    (i) => writeFile(i.config.vault.keyFile, newMasterKeyText()),
    [
      ['vault_key_unusable', 'problem'],
      ['vault_key_not_copied', 'warning'],
    ],
  ],
  ['an open key', (i) => chmod(i.config.vault.keyFile, 0o640), [['vault_key_open', 'problem']]],
  ['a key that was never copied', (i) => rm(i.paths.keyCopied), [['vault_key_not_copied', 'warning']]],
  [
    'a vault on the disk of the profiles',
    (i) => {
      i.machine.device = () => 1;
    },
    [['vault_same_disk', 'warning']],
  ],
  [
    'a login with no snapshot but those of the link that its session had before, and why the last of those failed',
    async (i) => {
      i.change((store) => {
        store.snapshots.failed(NAME, { code: 'store_full', detail: 'no room', reason: 'stopped', hint: '' });
        store.snapshots.verified(NAME, { id: '1-00000001', at: daysAgo(3), ok: true, drill: false });
        store.sessions.nextLink(NAME);
      });
      await createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { committedAt: daysAgo(1) });
    },
    [['snapshot_none', 'problem']],
  ],
  [
    'a login without a snapshot',
    async (i) => {
      i.change((store) => store.snapshots.forgotten(NAME, ['1-00000001']));
      await createProfileStore({ dataDir: i.paths.root }).updateRecord(NAME, { committedAt: daysAgo(1) });
    },
    [['snapshot_none', 'problem']],
  ],
  [
    'snapshots that are old and unproven',
    (i) =>
      i.change((store) => {
        store.snapshots.forgotten(NAME, ['1-00000001']);
        store.snapshots.created(NAME, { id: '1-00000001', at: daysAgo(9), data: A_SNAPSHOT });
      }),
    [
      ['snapshot_old', 'warning'],
      ['snapshot_unverified', 'warning'],
    ],
  ],
  [
    'snapshots from a clock that was ahead',
    (i) =>
      i.change((store) => {
        store.snapshots.created(NAME, { id: '2-00000001', at: daysAgo(-400), data: A_SNAPSHOT });
        store.snapshots.created(NAME, { id: '3-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
      }),
    [['snapshot_misdated', 'warning']],
  ],
  [
    'a newest snapshot that is dated in the future',
    (i) =>
      i.change((store) => store.snapshots.created(NAME, { id: '2-00000001', at: daysAgo(-400), data: A_SNAPSHOT })),
    [['snapshot_misdated', 'warning']],
  ],
  [
    'a clock that jumped',
    (i) =>
      i.change((store) => {
        const now = Date.now();
        const state = { believed: now, wall: now + 400 * 86_400_000, steadyMs: 0 };
        store.vault.setFact(CLOCK_FACT, JSON.stringify(state));
      }),
    [['clock_jumped', 'warning']],
  ],
  [
    'a snapshot that could not be taken',
    (i) =>
      i.change((store) =>
        store.snapshots.failed(NAME, { code: 'store_full', detail: 'full', reason: 'schedule', hint: '' }),
      ),
    [['snapshot_failed', 'problem']],
  ],
  [
    'a drill that failed',
    (i) =>
      i.change((store) => {
        const at = new Date().toISOString();
        const failed = [{ name: 'boot', ok: false, detail: 'it does not open' }];
        store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: true, failed });
        // That its bytes can be read says nothing of what a browser made of them.
        store.snapshots.verified(NAME, { id: '1-00000001', at, ok: true, drill: false });
        store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: false });
      }),
    [
      ['drill_failed', 'problem'],
      ['snapshot_damaged', 'problem'],
    ],
  ],
  [
    'WhatsApp Web out of reach',
    (i) => {
      i.machine.reach = async () => ({ by: 'dns', detail: 'ERR_NAME_NOT_RESOLVED' });
    },
    [['whatsapp_unreachable', 'problem']],
  ],
  [
    'a browser that does not start',
    (i) => {
      i.machine.reach = async () => {
        throw new LeadMasterError('browser_failed', 'It did not start.', 'Look.');
      };
    },
    [['check_failed', 'problem']],
  ],
  ...(
    [
      ['ERROR', 'browser_failed', 'problem'],
      ['AUTH_FAILURE', 'login_refused', 'problem'],
      ['DISCONNECTED_BANNED', 'banned', 'problem'],
      ['DISCONNECTED_RECOVERABLE', 'page_unreachable', 'warning'],
      ['QR_REQUIRED', 'waiting_for_scan', 'note'],
    ] as const
  ).map(([state, reason, severity]): (typeof PLANTED)[number] => [
    `a session in ${state}`,
    (i) => i.change((store) => stands(store, state, reason)),
    [['session_unwell', severity]],
  ]),
  [
    'a session between two tries',
    (i) =>
      i.change((store) => {
        store.sessions.setDesired(NAME, 'running');
        stands(store, 'RECONNECTING', 'retry');
      }),
    [['session_unwell', 'warning']],
  ],
  ['a session on its way', (i) => i.change((store) => stands(store, 'RECONNECTING', 'start')), []],
  [
    'an older snapshot that was found damaged',
    (i) =>
      i.change((store) => {
        const at = new Date().toISOString();
        store.snapshots.verified(NAME, { id: '1-00000001', at, ok: false, drill: false });
        store.snapshots.created(NAME, { id: '2-00000001', at, data: A_SNAPSHOT });
      }),
    [['snapshot_older_damaged', 'problem']],
  ],
  [
    'an account that WhatsApp asks for a passkey',
    (i) => i.change((store) => stands(store, 'PASSKEY_REQUIRED', 'passkey_not_given')),
    [['passkey_wanted', 'problem']],
  ],
  [
    'an account that is not the one that the session belongs to',
    (i) =>
      i.change((store) => {
        const wrongAccount = { reason: 'other_account', account: accountOf('5491100000002'), session: null } as const;
        store.sessions.setAccount(NAME, { account: accountOf('5491100000001'), wrongAccount });
      }),
    [['wrong_account', 'problem']],
  ],
  [
    'one account in two sessions',
    async (i) => {
      await i.putProfile('soporte');
      i.change((store) => {
        store.sessions.insert({ name: 'soporte', metadata: {}, desired: 'stopped' });
        store.sessions.touch('soporte', { caughtUpTo: new Date().toISOString() });
        store.snapshots.created('soporte', { id: '1-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
        store.sessions.setAccount(NAME, { account: accountOf('5491100000001') });
        store.sessions.setAccount('soporte', { account: accountOf('541100000001') });
      });
    },
    [['linked_twice', 'problem']],
  ],
  [
    'one link in two sessions, as far as they remember',
    async (i) => {
      await i.putProfile('soporte');
      i.change((store) => {
        store.sessions.insert({ name: 'soporte', metadata: {}, desired: 'stopped' });
        store.sessions.touch('soporte', { caughtUpTo: new Date().toISOString() });
        store.snapshots.created('soporte', { id: '1-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
        for (const name of [NAME, 'soporte'])
          store.sessions.setAccount(name, { account: { ...accountOf('5491100000001'), device: 7 } });
      });
    },
    [['login_copied', 'problem']],
  ],
  [
    'a copy of the login of another session, that waits',
    (i) =>
      i.change((store) => {
        const account = { ...accountOf('5491100000002'), device: 7 };
        const wrongAccount = { reason: 'linked_elsewhere', account, session: 'soporte', link: 'same' } as const;
        store.sessions.setAccount(NAME, { wrongAccount });
      }),
    [['login_copied', 'problem']],
  ],
  [
    'a login that its page erased',
    (i) => i.change((store) => stands(store, 'AUTH_FAILURE', 'page_erased_login')),
    [['login_erased', 'problem']],
  ],
  [
    'a locked account',
    (i) => i.change((store) => stands(store, 'AUTH_FAILURE', 'account_locked')),
    [['account_locked', 'problem']],
  ],
  [
    'an account that is to prove itself, and may open no new chats',
    (i) =>
      i.change((store) => {
        const newChats = { state: 'locked', until: null, used: null, total: null } as const;
        const limits = { newChats, since: new Date().toISOString() };
        store.pages.set(NAME, { attention: 'integrity_challenge', limits });
      }),
    [
      ['attention_wanted', 'problem'],
      ['new_chats_limited', 'warning'],
    ],
  ],
  [
    'a session that is off since before its lock of new chats ended',
    (i) =>
      i.change((store) => {
        const newChats = { state: 'locked', until: '2026-01-02T00:00:00.000Z', used: null, total: null } as const;
        store.pages.set(NAME, { limits: { newChats, since: '2026-01-01T00:00:00.000Z' } });
      }),
    [],
  ],
  [
    'chats that could not be read while catching up',
    (i) =>
      i.change((store) => {
        const chats = [{ chatId: '5491100000002@c.us', why: 'r: r' }];
        store.pages.set(NAME, { unread: { count: 1, chats, retryAt: '2026-09-20T10:00:00.000Z' } });
      }),
    [['chats_unread', 'warning']],
  ],
  [
    'a page that cannot send, nor load media',
    (i) =>
      i.change((store) => {
        const features = { ...ALL_UNKNOWN, text: 'broken', download: 'broken' } as const;
        const at = new Date().toISOString();
        store.pages.set(NAME, { capabilities: { build: '2.3000.1', at, features, checks: [] } });
      }),
    [
      ['text_broken', 'problem'],
      ['feature_broken', 'warning'],
    ],
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
];

describe('planted and found', () => {
  test.each(PLANTED)('%s', async (_what, plant, expected) => {
    const installation = await SampleInstallation.healthy();
    await plant(installation);
    const found = await installation.found();
    expect(found.map(({ id, severity }) => [id, severity])).toEqual(expected);
    for (const { what, where, cure } of found) {
      expect(what + cure).not.toMatch(/\{\w+\}/);
      expect([what, where, cure].every((text) => text !== '')).toBe(true);
    }
    const isProblem = expected.some(([, severity]) => severity === 'problem');
    expect((await installation.examine()).ok).toBe(!isProblem);
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
        cure: expect.stringMatching(`useradd.*chown -R leadmaster: ${installation.paths.root};`),
      });
      rmSync(installation.paths.trash, { recursive: true });
      const { findings: ofOther } = await installation.examine();
      const cure = ofOther.find(({ id }) => id === 'runs_as_root')?.cure;
      expect(cure).toContain('chown -R leadmaster: DATA_FOLDER;');
    } finally {
      lock.release();
    }
  });

  test('a program that has a login open', async () => {
    const installation = await SampleInstallation.healthy();
    const file = join(installation.profile, LOGIN_STORES.localStorage, 'CURRENT');
    // Not a child of this process: what the asker itself has started is explained by it.
    const command = ['--fork', 'sh', '-c', 'echo $$; exec sleep 60'];
    const handle = openSync(file, 'r');
    const child = spawn('setsid', command, { stdio: ['ignore', 'pipe', 'inherit', handle] });
    closeSync(handle);
    const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer];
    const pid = Number(line.toString());
    cleanUp(() => process.kill(pid, 'SIGKILL'));
    expect(await installation.found()).toMatchObject([
      { id: 'stray_files', severity: 'warning', where: `pid ${pid}`, what: expect.stringContaining(file) },
    ]);
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

  test('a schedule of weeks asks for no snapshot of yesterday', async () => {
    const installation = await SampleInstallation.healthy({ SNAPSHOT_SCHEDULE: '0 2 1 * *' });
    installation.change((store) => {
      store.snapshots.forgotten(NAME, ['1-00000001']);
      const at = daysAgo(25);
      store.snapshots.created(NAME, { id: '1-00000001', at, data: A_SNAPSHOT });
      store.snapshots.verified(NAME, { id: '1-00000001', at, ok: true, drill: true });
    });
    expect(await installation.found()).toEqual([]);
  });

  test('what cannot be looked at is a problem, and the rest is looked at all the same', async () => {
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

  test('a copy of another key, or on the same disk, is no copy', async () => {
    const installation = await SampleInstallation.healthy();
    const { keyFile } = installation.config.vault;
    const { noteKeyCopy } = await import('../src/key-copy.ts');
    const copy = join(installation.paths.root, '../copy.key');
    await copyFile(keyFile, copy);
    await expect(noteKeyCopy(installation.config, copy)).rejects.toThrow(/same disk/);
    await writeFile(copy, newMasterKeyText());
    await expect(noteKeyCopy(installation.config, copy)).rejects.toThrow(/another key/);
    await expect(noteKeyCopy(installation.config, `${copy}.none`)).rejects.toThrow(/cannot be read/);
    await rm(installation.paths.keyCopied);
    expect(await installation.found()).toMatchObject([{ id: 'vault_key_not_copied' }]);
  });
});
