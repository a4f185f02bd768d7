import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import type { Account } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { manager, tempFolder } from './folders.ts';
import { putProfile } from './profiles.ts';

const ANA: Account = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana', device: 12 };
const AGAIN: Account = { ...ANA, device: 13 };
const BETO: Account = { id: '5491100000002@c.us', phone: '5491100000002', name: 'Beto', device: 12 };
const WANTED = { overwriteNewer: false, restart: false };

async function setAccount(profileDir: string, account: Account): Promise<void> {
  const path = join(profileDir, RECORD_FILE);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), account }));
}

async function copyOf(profileDir: string): Promise<string> {
  const copy = join(await tempFolder(), 'copy');
  await cp(profileDir, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

/** A folder from elsewhere, by its record of a session `theirs` with this account. */
async function foreign(account: Account): Promise<string> {
  const other = await manager();
  await putProfile(other.paths.session('theirs'));
  await other.adoption.adopt({ name: 'theirs' });
  const path = await copyOf(other.paths.session('theirs'));
  await setAccount(path, account);
  return path;
}

/** `uno` of Ana is saved and copied, then deleted; its login continues as `dos`, which leaves. */
async function givenAway(): Promise<{ context: Context; backup: string; id: string }> {
  const context = await manager();
  await context.adoption.adopt({ name: 'uno', path: await foreign(ANA), mode: 'move' });
  const { id } = await context.snapshots.create('uno', { reason: 'requested' });
  const backup = await copyOf(context.paths.session('uno'));
  await context.sessions.delete('uno');
  const [trashed] = await createProfileStore({ dataDir: context.paths.root }).listTrash();
  // A folder is not adopted out of the data folder.
  const path = await copyOf(trashed?.path ?? '');
  expect(await context.adoption.adopt({ name: 'dos', path, mode: 'move' })).toMatchObject({ originRetired: true });
  await context.access.moveAway('dos', 'transferred');
  return { context, backup, id };
}

const WAITS = {
  originRetired: false,
  adopted: {
    warnings: expect.arrayContaining([{ kind: 'copy', detail: expect.stringMatching(/went away from here as dos/) }]),
  },
};

test('an adopted copy of a login that left under another name waits for a word, and says where it went', async () => {
  const { context, backup } = await givenAway();
  expect(await context.adoption.adopt({ name: 'uno2', path: backup, mode: 'move' })).toMatchObject(WAITS);
  await expect(context.sessions.start('uno2')).rejects.toMatchObject({
    code: 'origin_not_retired',
    message: expect.stringContaining('exported file, where it went as dos'),
  });
});

test('so does one that is adopted in the place of the session that left', async () => {
  const { context, backup } = await givenAway();
  expect(await context.adoption.adopt({ name: 'dos', path: backup, mode: 'move' })).toMatchObject(WAITS);
});

test('so does one that is adopted in its place', async () => {
  const { context, backup } = await givenAway();
  await cp(backup, context.paths.session('uno'), { recursive: true });
  expect(await context.adoption.adopt({ name: 'uno' })).toMatchObject(WAITS);
  await expect(context.sessions.start('uno')).rejects.toMatchObject({ code: 'origin_not_retired' });
});

test('so does one of a session that left and whose row was deleted since', async () => {
  const { context, backup, id } = await givenAway();
  await context.sessions.delete('dos');
  await expect(context.snapshots.restore('uno', id, { ...WANTED, start: true })).rejects.toMatchObject({
    code: 'origin_not_retired',
    message: expect.stringContaining('went away from here as dos'),
  });
  expect(await context.adoption.adopt({ name: 'uno2', path: backup, mode: 'move' })).toMatchObject(WAITS);
});

test('also where another session has its name now', async () => {
  const { context, id } = await givenAway();
  await context.sessions.delete('dos');
  await context.adoption.adopt({ name: 'dos', path: await foreign(BETO), mode: 'move' });
  await expect(context.snapshots.restore('uno', id, { ...WANTED, start: true })).rejects.toMatchObject({
    code: 'origin_not_retired',
  });
});

test('what came back by a word, and was deleted here, has not gone away', async () => {
  const { context, backup, id } = await givenAway();
  await context.sessions.delete('dos');
  await context.adoption.adopt({ name: 'dos', path: backup, mode: 'move', originRetired: true });
  await context.sessions.delete('dos');
  expect(await context.snapshots.restore('uno', id, { ...WANTED, start: false })).toMatchObject({
    originRetired: true,
  });
});

test('a snapshot of it is not restored with a start, and waits for a word without one', async () => {
  const { context, id } = await givenAway();
  await expect(context.snapshots.restore('uno', id, { ...WANTED, start: true })).rejects.toMatchObject({
    code: 'origin_not_retired',
    message: expect.stringContaining('went away from here as dos'),
    extra: { session: 'dos' },
  });
  expect(context.roster.has('uno')).toBe(false);
  expect(await context.snapshots.restore('uno', id, { ...WANTED, start: false })).toMatchObject({
    originRetired: false,
  });
  await expect(context.sessions.start('uno')).rejects.toMatchObject({ code: 'origin_not_retired' });
});

test('once the operator has confirmed that it runs nowhere else, a restore over it does not ask again', async () => {
  const { context, backup } = await givenAway();
  const wanted = { name: 'uno2', path: backup, mode: 'move', originRetired: true } as const;
  expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: true });
  const { id } = await context.snapshots.create('uno2', { reason: 'requested' });
  expect(await context.snapshots.restore('uno2', id, { ...WANTED, start: false })).toMatchObject({
    originRetired: true,
  });
});

test.each([
  ['another link of the account', AGAIN],
  ['another account', BETO],
])('%s waits for nothing', async (_, account) => {
  const { context } = await givenAway();
  expect(await context.adoption.adopt({ name: 'tres', path: await foreign(account), mode: 'move' })).toMatchObject({
    originRetired: true,
    adopted: { warnings: [] },
  });
});

test('a login whose link is not known waits as well', async () => {
  const { context } = await givenAway();
  const { device: _, ...unknown } = ANA;
  expect(await context.adoption.adopt({ name: 'tres', path: await foreign(unknown), mode: 'move' })).toMatchObject(
    WAITS,
  );
});
