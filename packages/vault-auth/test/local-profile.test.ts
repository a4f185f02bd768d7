import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLevelDb } from '@leadmaster/testkit';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { LocalProfile } from '../src/local-profile.ts';

let dataPath: string;
let profile: LocalProfile;

beforeEach(async () => {
  dataPath = await mkdtemp(join(tmpdir(), 'leadmaster-vault-auth-'));
  onTestFinished(() => rm(dataPath, { recursive: true, force: true }));
  profile = new LocalProfile(dataPath, 'bot');
});

async function putLogin(): Promise<void> {
  for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(profile.dir, store));
}

test('only what is proven absent is absent', async () => {
  expect(await profile.findLogin()).toBe(false);
  await writeFile(profile.dir, 'not a folder');
  await expect(profile.findLogin()).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('a link that leads nowhere is a missing disk, and no proof that there is no login', async () => {
  const disk = join(dataPath, 'disk/bot');
  await symlink(disk, profile.dir);
  await expect(profile.findLogin()).rejects.toMatchObject({
    code: 'login_missing',
    message: expect.stringContaining(disk),
  });
  await mkdir(disk, { recursive: true });
  await putLogin();
  expect(await profile.findLogin()).toBe(true);
});

test('a login from elsewhere is used as it is; damaged, it is refused and left in place', async () => {
  await putLogin();
  expect(await profile.findLogin()).toBe(true);
  await truncate(join(profile.dir, LOGIN_STORES.indexedDb, 'CURRENT'), 0);
  await expect(profile.findLogin()).rejects.toMatchObject({ code: 'login_damaged' });
  expect(await readdir(dataPath)).toEqual(['bot']);
});

test('leftovers of a start without a link go to trash', async () => {
  await profile.prepare();
  await putLevelDb(join(profile.dir, LOGIN_STORES.indexedDb));
  expect(await profile.findLogin()).toBe(false);
  expect(await readdir(join(dataPath, 'trash'))).toEqual([expect.stringMatching(/^bot\..*\.never-linked$/)]);
});

test('a note that cannot be read is an error, never a profile without a past', async () => {
  await putLogin();
  await profile.change({ login: 'linked', unlinkedAt: null });
  expect(await profile.note()).toMatchObject({ login: 'linked' });
  await writeFile(join(dataPath, 'bot.json'), '{"login":');
  await expect(profile.note()).rejects.toMatchObject({ code: 'profile_unreadable' });
});

test('a profile is put in place whole, and what was there is kept', async () => {
  await putLogin();
  const staged = await profile.stagingPath('restore');
  await mkdir(join(staged, 'Default'), { recursive: true });
  await profile.swapIn(staged, '156.0.1.2');
  expect(await readdir(profile.dir)).toEqual(['Default']);
  expect(await profile.note()).toMatchObject({ login: 'linked', chromium: '156.0.1.2' });
  expect(await readdir(join(dataPath, 'trash'))).toHaveLength(1);
});

test('what a process that died has left in staging goes, but for that of others', async () => {
  const other = await new LocalProfile(dataPath, 'bot-2').stagingPath('capture');
  await mkdir(other);
  await mkdir(await profile.stagingPath('capture'));
  await profile.sweep();
  expect(await readdir(join(dataPath, 'staging'))).toHaveLength(1);
});
