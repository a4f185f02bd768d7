import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

/** A session whose login the database knows of, with one snapshot. */
async function linked() {
  const context = await manager();
  const profile = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'ventas', path: profile, mode: 'move' });
  const { id } = await context.snapshots.create('ventas', { reason: 'requested' });
  await context.snapshots.restore('ventas', id, { start: false, overwriteNewer: true, restart: false });
  return context;
}

test('a session that was given up here says where it went, and is not told to be linked', async () => {
  const { snapshots, sessions } = await linked();
  const { id } = await snapshots.create('ventas', { reason: 'requested' });
  await snapshots.retire('ventas', id);
  expect(await sessions.get('ventas')).toMatchObject({ state: 'MOVED' });
  const refused = snapshots.create('ventas', { reason: 'requested' });
  await expect(refused).rejects.toMatchObject({
    code: 'session_moved',
    message: expect.stringContaining('in an exported file'),
    hint: expect.not.stringContaining('Link it'),
  });
  // No failure of a snapshot: nothing is here that could be saved.
  expect((await sessions.get('ventas')).snapshotFailure).toBeNull();
  await expect(sessions.start('ventas')).rejects.toMatchObject({ hint: expect.stringContaining('Import the file') });
  expect(await snapshots.recoverable()).toMatchObject([{ session: 'ventas', gone: 'moved' }]);
});

test('a profile whose folder was deleted under a linked session is missing, not "never linked"', async () => {
  const { snapshots, paths } = await linked();
  await rm(join(paths.tokens, 'ventas'), { recursive: true });
  await expect(snapshots.create('ventas', { reason: 'requested' })).rejects.toMatchObject({
    code: 'login_missing',
    message: expect.stringContaining(join(paths.tokens, 'ventas')),
    hint: expect.not.stringContaining('Link it first'),
  });
});

test('a snapshot of a session that has none yet is told to be missing, and not the session', async () => {
  const { sessions, snapshots } = await manager();
  await sessions.create({ name: 'ventas', start: false, metadata: {} });
  const gone = { code: 'snapshot_not_found' };
  await expect(snapshots.delete('ventas', '1-aaaaaaaa')).rejects.toMatchObject(gone);
  await expect(snapshots.delete('ventas', '1-aaaaaaaa', { otherWriters: true })).rejects.toMatchObject(gone);
  await expect(snapshots.delete('nadie', '1-aaaaaaaa')).rejects.toMatchObject({ code: 'session_not_found' });
});
