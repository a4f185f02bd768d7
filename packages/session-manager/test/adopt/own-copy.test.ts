import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { manager, otherDisk, tempFolder } from './folders.ts';
import { putProfile } from './profiles.ts';

const ANA = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' };
const BETO = { id: '5491100000002@c.us', phone: '5491100000002', name: 'Beto' };

/** A session whose profile is in its place. */
async function session(context: Context, name: string): Promise<string> {
  const place = await putProfile(context.paths.session(name));
  await context.adoption.adopt({ name });
  return place;
}

async function copyOf(profileDir: string, parent?: string): Promise<string> {
  const copy = join(await tempFolder(parent), 't');
  await cp(profileDir, copy, { recursive: true, preserveTimestamps: true });
  return copy;
}

async function changeRecord(profileDir: string, change: object): Promise<void> {
  const path = join(profileDir, RECORD_FILE);
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }));
}

async function expectCopy(context: Context, name: string, path: string, why: RegExp): Promise<void> {
  const adopted = await context.adoption.adopt({ name, path, mode: 'move' });
  expect(adopted).toMatchObject({
    originRetired: false,
    adopted: { warnings: expect.arrayContaining([{ kind: 'copy', detail: expect.stringMatching(why) }]) },
  });
  await expect(context.sessions.start(name)).rejects.toMatchObject({ code: 'origin_not_retired' });
}

test('a moved copy of a session that is here waits for a word', async () => {
  const context = await manager();
  const copy = await copyOf(await session(context, 'ventas'));
  await expectCopy(context, 'y', copy, /it is ventas, which is here/);
});

test('a moved copy of a session that went away from here waits for a word', async () => {
  const context = await manager();
  await session(context, 'soporte');
  await context.access.moveAway('soporte', 'transferred');
  const [trashed] = await createProfileStore({ dataDir: context.paths.root }).listTrash();
  await expectCopy(
    context,
    's9',
    await copyOf(trashed?.path ?? ''),
    /soporte of generation 1, which went away from here/,
  );
});

test('a moved login of an account that another session here has waits for a word, and is refused with it', async () => {
  const context = await manager();
  for (const name of ['theirs', 'second']) {
    const other = await manager();
    const path = await copyOf(await session(other, name));
    await changeRecord(path, { account: ANA });
    if (name === 'theirs') {
      expect(await context.adoption.adopt({ name: 'ventas', path, mode: 'move' })).toMatchObject({
        originRetired: true,
      });
      continue;
    }
    await expect(context.adoption.adopt({ name: 'y', path, mode: 'move' })).resolves.toMatchObject({
      originRetired: false,
      adopted: { warnings: [{ kind: 'copy', detail: expect.stringMatching(/linked in the session ventas here/) }] },
    });
    await expect(context.sessions.start('y', { originRetired: true })).rejects.toMatchObject({
      ...{ code: 'linked_elsewhere', extra: { session: 'ventas' } },
    });
    expect(await context.sessions.get('y')).toMatchObject({ originRetired: false, desired: 'stopped' });
  }
});

test('a copy from another disk waits as well, also when the move is asked for again', async ({ skip }) => {
  const disk = await otherDisk();
  if (disk === null) return skip();
  const context = await manager();
  const copy = await copyOf(await session(context, 'ventas'), disk);
  for (const _ of ['first', 'again'])
    expect(await context.adoption.adopt({ name: 'y', path: copy, mode: 'move' })).toMatchObject({
      originRetired: false,
    });
});

test('the word of the operator is taken at the adoption too', async () => {
  const context = await manager();
  const copy = await copyOf(await session(context, 'ventas'));
  const wanted = { name: 'y', path: copy, mode: 'move', originRetired: true } as const;
  expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: true });
});

test('a moved folder is no copy where only the name of its session is known here: of another account, deleted, of another machine', async () => {
  const context = await manager();
  const [place, other] = [await session(context, 'ventas'), await manager()];
  await changeRecord(place, { account: BETO });
  const theirs = await copyOf(await session(other, 'ventas'));
  await changeRecord(theirs, { account: ANA });
  expect(await context.adoption.adopt({ name: 'suyas', path: theirs, mode: 'move' })).toMatchObject({
    ...{ originRetired: true, adopted: { warnings: [] } },
  });
  await context.sessions.delete('ventas');
  const [trashed] = await createProfileStore({ dataDir: context.paths.root }).listTrash();
  const wanted = { name: 'v2', path: await copyOf(trashed?.path ?? ''), mode: 'move' } as const;
  expect(await context.adoption.adopt(wanted)).toMatchObject({ originRetired: true });
});

test('a copy of a session beside it, in tokens/, is not said to be adopted where it lies', async () => {
  const context = await manager();
  await cp(await session(context, 'ventas'), context.paths.session('ventas2'), { recursive: true });
  const shown = (await context.sessions.list()).items.find(({ name }) => name === 'ventas2');
  expect(shown).toMatchObject({
    state: 'UNCLAIMED',
    hint: expect.stringMatching(/belongs to the session "ventas".*out of tokens\//),
  });
  expect(shown?.hint).not.toMatch(/leadmaster adopt/);
  for (const order of [
    () => context.sessions.create({ name: 'ventas2', start: true, metadata: {} }),
    () => context.sessions.start('ventas2'),
    () => context.adoption.adopt({ name: 'ventas2' }),
  ])
    await expect(order()).rejects.toMatchObject({
      code: 'profile_unreadable',
      hint: expect.stringMatching(/out of tokens\//),
    });
});
