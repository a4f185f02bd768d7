import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { useLevelDb } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { ImportWanted } from '../../src/snapshots/snapshot-service.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { filesIn, putProfile } from '../adopt/profiles.ts';

const PASSPHRASE = 'caballo batería grapa';
const WANTED: ImportWanted = {
  passphrase: PASSPHRASE,
  originRetired: false,
  replace: false,
  overwriteNewer: false,
  start: false,
};

/** A manager with one stopped session, and a snapshot of it as a file. */
async function exported(): Promise<{ context: Context; id: string; file: Buffer }> {
  const context = await manager();
  const source = await putProfile(join(await tempFolder(), 'session'), {
    'Default/Service Worker/CacheStorage/1/entry_0': randomBytes(300_000).toString('base64'),
  });
  await context.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
  const { id } = await context.snapshots.create('ventas', { kind: 'full', reason: 'requested' });
  return { context, id, file: await fileOf(context, id) };
}

async function fileOf(context: Context, id: string): Promise<Buffer> {
  const { bytes } = await context.snapshots.export('ventas', id, { passphrase: PASSPHRASE });
  return Buffer.concat(await Array.fromAsync(bytes));
}

async function* inPieces(bytes: Buffer, size = 5_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** That a manager has nothing of a session: no folder, no row, no snapshot, nothing half done. */
async function expectNothing(context: Context, name = 'ventas'): Promise<void> {
  expect(context.roster.names()).toEqual([]);
  expect(await readdir(context.paths.tokens)).toEqual([]);
  expect(await readdir(context.paths.staging)).toEqual([]);
  expect(await context.snapshots.recoverable()).toEqual([]);
  const history = await context.snapshots.list(name).catch((error: { code: string }) => error.code);
  // The vault never heard of it, or has made it a key and nothing else.
  expect(['session_not_found', { items: [], problems: [] }]).toContainEqual(history);
}

describe('an exported session', () => {
  test('is put in place and into the history where it is imported, and waits for the word that its origin is retired', async () => {
    const { context, file, id } = await exported();
    const other = await manager();
    const session = await other.snapshots.import('soporte', inPieces(file), WANTED);
    expect(session).toMatchObject({ name: 'soporte', state: 'STOPPED', originRetired: false, generation: 2 });
    expect(session.hint).toContain('--origin-retired');
    await expect(other.sessions.start('soporte')).rejects.toMatchObject({ code: 'origin_not_retired' });
    expect(await filesIn(other.paths.session('soporte'))).toEqual(
      (await filesIn(context.paths.session('ventas'))).filter((path) => !/Code Cache|DevTools|LOCK$/.test(path)),
    );
    const { items } = await other.snapshots.list('soporte');
    expect(items).toMatchObject([{ session: 'soporte', kind: 'full' }]);
    expect(await other.snapshots.verify('soporte', items[0]?.id ?? '', { drill: false })).toMatchObject({ ok: true });
    // Its own export continues from there, and its history does not lead round the question.
    await other.snapshots.restore('soporte', items[0]?.id ?? '', {
      start: false,
      overwriteNewer: true,
      restart: false,
    });
    await expect(other.sessions.start('soporte')).rejects.toMatchObject({ code: 'origin_not_retired' });
    expect(id).not.toBe('');
  });

  test.each(['short', 'caballo bateria grapa'])('does not come out of %j, and leaves nothing', async (passphrase) => {
    const { file, context, id } = await exported();
    const other = await manager();
    const code = passphrase === 'short' ? 'passphrase_refused' : 'passphrase_wrong';
    await expect(other.snapshots.import('ventas', inPieces(file), { ...WANTED, passphrase })).rejects.toMatchObject({
      code,
    });
    await expectNothing(other);
    const bad = context.snapshots.export('ventas', id, { passphrase: 'short' });
    await expect(bad).rejects.toMatchObject({ code: 'passphrase_refused' });
  });

  test('that is damaged, cut short, or breaks off changes nothing', async () => {
    const { file } = await exported();
    const other = await manager();
    for (const at of [100, 2_000, file.length - 5]) {
      const bad = Buffer.from(file);
      bad[at] = (bad[at] ?? 0) ^ 1;
      const flipped = other.snapshots.import('ventas', inPieces(bad), WANTED);
      await expect(flipped, `at ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/store_damaged|passphrase_wrong/),
      });
      const cut = other.snapshots.import('ventas', inPieces(file.subarray(0, at)), WANTED);
      await expect(cut, `to ${at}`).rejects.toMatchObject({
        code: 'store_damaged',
        hint: expect.stringMatching(/Copy the file again/),
      });
    }
    const breaksOff = async function* (): AsyncGenerator<Buffer> {
      yield file.subarray(0, 20_000);
      throw new Error('the line is gone');
    };
    await expect(other.snapshots.import('ventas', breaksOff(), WANTED)).rejects.toThrow('the line is gone');
    await expectNothing(other);
  });

  test('is taken no faster than it is stored', async () => {
    const { file } = await exported();
    const other = await manager();
    let given = 0;
    let most = 0;
    const slow = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of inPieces(file, 1_000)) {
        given += 1;
        yield piece;
        most = Math.max(most, given);
        given -= 1;
      }
    };
    await other.snapshots.import('ventas', slow(), WANTED);
    expect(most).toBe(1);
  });

  test('is refused where a session of that name is, unless it shall be replaced', async () => {
    const { context, file } = await exported();
    await expect(context.snapshots.import('ventas', inPieces(file), WANTED)).rejects.toMatchObject({
      code: 'session_exists',
    });
    const { items } = await context.snapshots.list('ventas');
    expect(items).toHaveLength(1);
    const replaced = await context.snapshots.import('ventas', inPieces(file), { ...WANTED, replace: true });
    expect(replaced).toMatchObject({ state: 'STOPPED', originRetired: false });
    expect((await readdir(context.paths.trash)).filter((name) => !name.endsWith('.json'))).toHaveLength(1);
  });

  test('does not take the place of a login that was used since, and stays out of its history then', async () => {
    const { context, file } = await exported();
    await useLevelDb(join(context.paths.session('ventas'), LOGIN_STORES.localStorage));
    const wanted = { ...WANTED, replace: true };
    await expect(context.snapshots.import('ventas', inPieces(file), wanted)).rejects.toMatchObject({
      code: 'newer_login',
    });
    expect((await context.snapshots.list('ventas')).items).toHaveLength(1);
    const all = { ...wanted, overwriteNewer: true };
    expect(await context.snapshots.import('ventas', inPieces(file), all)).toMatchObject({ state: 'STOPPED' });
  });

  test('needs room, and says so before it is read', async () => {
    const { file } = await exported();
    const other = await manager();
    let read = false;
    const watched = async function* (): AsyncGenerator<Buffer> {
      read = true;
      yield file;
    };
    const answer = other.snapshots.import('ventas', watched(), { ...WANTED, sizeBytes: 2 ** 52 });
    await expect(answer).rejects.toMatchObject({ code: 'storage_failed' });
    expect(read).toBe(false);
    await expectNothing(other);
  });
});

describe('a session that is given up for its file', () => {
  test('is MOVED, does not start again, and comes back only when its file says so', async () => {
    const { context, file, id } = await exported();
    expect(await context.snapshots.retire('ventas', id)).toMatchObject({ state: 'MOVED' });
    await expect(context.sessions.start('ventas')).rejects.toMatchObject({ code: 'session_moved' });
    expect(await readdir(context.paths.tokens)).toEqual([]);
    // Its own history leads no way round, either.
    await expect(context.snapshots.import('ventas', inPieces(file), WANTED)).rejects.toMatchObject({
      code: 'session_moved',
    });
    expect((await context.snapshots.list('ventas')).items).toHaveLength(1);
    // The operator confirms that it runs nowhere else.
    const back = await context.snapshots.import('ventas', inPieces(file), { ...WANTED, originRetired: true });
    expect(back).toMatchObject({ state: 'STOPPED', originRetired: true, generation: 2 });
  });

  test('goes there and comes back, each time above the last generation', async () => {
    const { context: here, file, id } = await exported();
    await here.snapshots.retire('ventas', id);
    const there = await manager();
    await there.snapshots.import('ventas', inPieces(file), { ...WANTED, originRetired: true });
    const next = await there.snapshots.create('ventas', { reason: 'requested' });
    const again = await fileOf(there, next.id);
    await there.snapshots.retire('ventas', next.id);
    const back = await here.snapshots.import('ventas', inPieces(again), { ...WANTED, originRetired: true });
    expect(back).toMatchObject({ state: 'STOPPED', generation: 3, originRetired: true });
  });

  test('stays when it was used after the snapshot, and when there is no such snapshot', async () => {
    const { context, id } = await exported();
    await expect(context.snapshots.retire('ventas', '99-0')).rejects.toMatchObject({ code: 'snapshot_not_found' });
    await useLevelDb(join(context.paths.session('ventas'), LOGIN_STORES.indexedDb));
    await expect(context.snapshots.retire('ventas', id)).rejects.toMatchObject({ code: 'newer_login' });
    expect(await context.sessions.get('ventas')).toMatchObject({ state: 'STOPPED' });
  });
});
