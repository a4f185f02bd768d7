import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { manager, otherDisk, tempFolder } from './folders.ts';
import { putProfile } from './profiles.ts';

const FINDINGS = '.leadmaster-snapshot.json';

/** A session's profile as `snapshot restore --to` writes it: with its record, and with what was found when it was taken. */
async function extractTo(folder: string): Promise<string> {
  const old = await manager();
  await putProfile(old.paths.session('uno'));
  await old.adoption.adopt({ name: 'uno' });
  const record = await readFile(old.paths.record('uno'), 'utf8');
  return putProfile(folder, { [FINDINGS]: '{}', '.leadmaster.json': record });
}

/** It waits for the operator's word, however often the manager looks at it, and starts with it. */
async function expectCopy(context: Context, name: string): Promise<void> {
  expect(await context.sessions.get(name)).toMatchObject({ originRetired: false });
  await expect(context.sessions.start(name)).rejects.toMatchObject({ code: 'origin_not_retired' });
  const profiles = createProfileStore({ dataDir: context.paths.root });
  await profiles.updateRecord(name, { account: null });
  await expect(context.sessions.start(name)).rejects.toMatchObject({ code: 'origin_not_retired' });
  await expect(stat(join(context.paths.session(name), FINDINGS))).rejects.toMatchObject({ code: 'ENOENT' });
  await profiles.updateRecord(name, { originRetired: true });
  expect(await context.sessions.get(name)).toMatchObject({ originRetired: true });
}

test('a snapshot written into the place of a session is a copy, with its record and without', async () => {
  const context = await manager();
  await extractTo(context.paths.session('uno'));
  expect(await context.adoption.adopt({ name: 'uno' })).toMatchObject({ originRetired: false });
  await expectCopy(context, 'uno');
  await putProfile(context.paths.session('dos'), { [FINDINGS]: '{}' });
  expect(await context.adoption.adopt({ name: 'dos' })).toMatchObject({ originRetired: false });
  await expectCopy(context, 'dos');
});

test('one put in the place of a session that is known is a copy as well', async () => {
  const context = await manager();
  await context.sessions.create({ name: 'uno', start: false, metadata: {} });
  await extractTo(context.paths.session('uno'));
  await expectCopy(context, 'uno');
});

test('moved or copied from elsewhere it is a copy, unless the operator has confirmed otherwise', async () => {
  const context = await manager();
  for (const mode of ['move', 'copy'] as const) {
    const path = await extractTo(join(await tempFolder(), 'out'));
    expect(await context.adoption.adopt({ name: mode, path, mode })).toMatchObject({ originRetired: false });
    await expectCopy(context, mode);
    const told = await extractTo(join(await tempFolder(), 'out'));
    const wanted = { name: `${mode}-told`, path: told, mode, originRetired: true };
    expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: true });
  }
  await putProfile(context.paths.session('here'), { [FINDINGS]: '{}' });
  expect(await context.adoption.adopt({ name: 'here', originRetired: true })).toMatchObject({ originRetired: true });
});

test('moved from another disk it is a copy, also when the move is asked for again', async ({ skip }) => {
  const disk = await otherDisk();
  if (disk === null) return skip();
  const context = await manager();
  const path = await extractTo(join(disk, 'out'));
  const wanted = { name: 'uno', path, mode: 'move' } as const;
  for (const _ of ['first', 'again']) {
    expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: false });
  }
  await expectCopy(context, 'uno');
});

test('a copy of another LeadMaster that waits for its word keeps waiting when it is moved here', async () => {
  const [theirs, ours] = [await manager(), await manager()];
  const source = await putProfile(join(await tempFolder(), 'session'));
  await theirs.adoption.adopt({ name: 'uno', path: source, mode: 'copy' });
  const wanted = { name: 'uno', path: theirs.paths.session('uno'), mode: 'move' } as const;
  expect(await ours.adoption.adopt(wanted)).toMatchObject({ originRetired: false });
});
