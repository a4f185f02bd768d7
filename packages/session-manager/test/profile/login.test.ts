import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { describe, expect, test } from 'vitest';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { lockDataFolder, lockSession } from '../../src/profile/locks.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { failingFs, putLogin, tempFolder } from './helpers.ts';
import { asOrdinaryUser } from './ordinary-user.ts';

/** What lies on disk, for every record it may meet. */
const DISKS: Record<string, (profile: string) => Promise<void>> = {
  nothing: async () => {},
  'folders only': async (profile) => {
    for (const store of Object.values(LOGIN_STORES)) {
      await mkdir(join(profile, store), { recursive: true });
      await writeFile(join(profile, store, 'LOCK'), '');
      await writeFile(join(profile, store, 'LOG'), 'opened');
    }
  },
  'IndexedDB only': (profile) => putLogin(profile, [LOGIN_STORES.indexedDb]),
  'Local Storage only': (profile) => putLogin(profile, [LOGIN_STORES.localStorage]),
  both: (profile) => putLogin(profile),
  'CURRENT empty': async (profile) => {
    await putLogin(profile);
    await writeFile(join(profile, LOGIN_STORES.indexedDb, 'CURRENT'), '');
  },
  'CURRENT gone': async (profile) => {
    await putLogin(profile);
    await rm(join(profile, LOGIN_STORES.localStorage, 'CURRENT'));
  },
  'CURRENT garbage': async (profile) => {
    await putLogin(profile);
    await writeFile(join(profile, LOGIN_STORES.localStorage, 'CURRENT'), '../../etc/passwd\n');
  },
  'CURRENT a folder': async (profile) => {
    await putLogin(profile);
    await rm(join(profile, LOGIN_STORES.indexedDb, 'CURRENT'));
    await mkdir(join(profile, LOGIN_STORES.indexedDb, 'CURRENT'));
  },
  'MANIFEST gone': async (profile) => {
    await putLogin(profile);
    await rm(join(profile, LOGIN_STORES.indexedDb, 'MANIFEST-000001'));
  },
  'MANIFEST empty': async (profile) => {
    await putLogin(profile);
    await writeFile(join(profile, LOGIN_STORES.localStorage, 'MANIFEST-000001'), '');
  },
  'store a symlink': async (profile) => {
    await putLogin(profile, [LOGIN_STORES.localStorage]);
    await mkdir(join(profile, 'Default/IndexedDB'), { recursive: true });
    await symlink('/', join(profile, LOGIN_STORES.indexedDb));
  },
};

const EMPTY = ['nothing', 'folders only'];

describe('whether a login is saved', () => {
  for (const [what, fill] of Object.entries(DISKS)) {
    const whole = what === 'both';
    const empty = EMPTY.includes(what);
    test(`${what}: by record`, async () => {
      const store = createProfileStore({ dataDir: await tempFolder() });
      // No record at all, adopted, created and never committed, committed.
      await mkdir(store.locate('free'), { recursive: true });
      await fill(store.locate('free'));
      expect(await store.loginPresence('free')).toBe(whole ? 'present' : empty ? 'absent' : 'damaged');
      await store.adopt('free');
      expect(await store.loginPresence('free')).toBe(whole ? 'present' : empty ? 'absent' : 'damaged');

      await store.create('young');
      await fill(store.locate('young'));
      expect(await store.loginPresence('young')).toBe(empty ? 'absent' : 'uncommitted');

      await store.create('old');
      await fill(store.locate('old'));
      await store.updateRecord('old', { committedAt: new Date().toISOString() });
      const evidence = await store.loginEvidence('old');
      expect(evidence.presence).toBe(whole ? 'present' : 'damaged');
      expect(evidence.detail).toMatch(/IndexedDB is .*Local Storage is /);
      expect((await store.check('old')).valid).toBe(whole);
    });
  }

  test('a check tells a profile that was never linked from one that has lost its login', async () => {
    const store = createProfileStore({ dataDir: await tempFolder() });
    await store.create('new');
    const { valid, linked, checks } = await store.check('new');
    expect({ valid, linked, failed: checks.filter(({ ok }) => !ok) }).toEqual({
      valid: false,
      linked: false,
      failed: [
        { name: 'login', ok: false, detail: expect.stringMatching(/^not linked: no login was ever saved here/) },
      ],
    });
    // The page has shown a QR: its databases are there, a login is not.
    await putLogin(store.locate('new'));
    expect(await store.check('new')).toMatchObject({ valid: false, linked: false });
    await store.updateRecord('new', { committedAt: new Date().toISOString() });
    expect(await store.check('new')).toMatchObject({ valid: true, linked: true });
    await rm(join(store.locate('new'), 'Default'), { recursive: true });
    const lost = await store.check('new');
    expect([lost.valid, lost.linked, lost.checks.filter(({ ok }) => !ok).map(({ name }) => name)]).toEqual([
      false,
      true,
      expect.arrayContaining(['indexed_db', 'local_storage', 'login']),
    ]);
  });

  test('a check says who uses the profile, and that the service should', async () => {
    const dataDir = await tempFolder();
    const [store, paths] = [createProfileStore({ dataDir }), dataPaths(dataDir)];
    await store.create('a');
    const lock = async () => (await store.check('a')).checks.find(({ name }) => name === 'lock')?.detail;
    expect(await lock()).toBe('free: no process uses the profile');
    const session = lockSession(paths, 'a');
    expect(await lock()).toMatch(/^another process uses the profile \(pid \d+ /);
    const service = lockDataFolder(paths, { port: 3001 });
    expect(await lock()).toMatch(/^the service uses the profile, as it should \(pid \d+ /);
    for (const each of [session, service]) each.release();
    expect(await lock()).toBe('free: no process uses the profile');
  });

  test('no folder at all is a proven absence', async () => {
    const store = createProfileStore({ dataDir: await tempFolder() });
    expect(await store.loginPresence('new')).toBe('absent');
    await expect(store.loginPresence('../x')).rejects.toMatchObject({ code: 'invalid_session_name' });
  });

  for (const code of ['EACCES', 'EIO', 'ELOOP', 'ENOTDIR', 'EMFILE', 'ESTALE']) {
    test(`${code}, wherever it strikes, is never an answer`, async () => {
      const dataDir = await tempFolder();
      const good = createProfileStore({ dataDir });
      await good.create('a');
      await putLogin(good.locate('a'));
      await good.commitLogin('a', null, '156.0.1.2');

      // Count the reads of a good run, then fail each in turn.
      let reads = 0;
      const counting = failingFs(() => {
        reads += 1;
        return undefined;
      });
      expect(await createProfileStore({ dataDir, fs: counting }).loginPresence('a')).toBe('present');
      expect(reads).toBeGreaterThan(6);
      for (let bad = 1; bad <= reads; bad += 1) {
        let seen = 0;
        const fs = failingFs(() => {
          seen += 1;
          return seen === bad ? code : undefined;
        });
        await expect(createProfileStore({ dataDir, fs }).loginPresence('a')).rejects.toMatchObject({
          code: 'profile_unreadable',
          message: expect.stringContaining(code),
        });
      }
    });
  }

  test('a real folder that may not be entered is an error with its path', async () => {
    const dataDir = await tempFolder();
    const store = createProfileStore({ dataDir });
    await store.create('a');
    await putLogin(store.locate('a'));
    await chmod(join(store.locate('a'), 'Default'), 0o000);
    await asOrdinaryUser(dataDir, async () => {
      await expect(store.loginPresence('a')).rejects.toMatchObject({ code: 'profile_unreadable' });
      await expect(store.measure('a')).rejects.toMatchObject({ code: 'profile_unreadable' });
    });
    await chmod(join(store.locate('a'), 'Default'), 0o700);
  });

  test('a file where tokens/ should be is an error, not an empty list', async () => {
    const dataDir = await tempFolder();
    await writeFile(dataPaths(dataDir).tokens, '');
    const store = createProfileStore({ dataDir });
    await expect(store.list()).rejects.toMatchObject({ code: 'profile_unreadable' });
    await expect(store.loginPresence('a')).rejects.toMatchObject({ code: 'profile_unreadable' });
  });
});
