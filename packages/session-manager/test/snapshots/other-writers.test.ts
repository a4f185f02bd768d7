import { join } from 'node:path';
import type { Account } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const account = (phone: string) => ({ id: `${phone}@c.us`, phone, name: '' });
const OURS = account('5215511112222');
const THEIRS = account('5215533334444');

async function installation(vault: string, owner: Account, keep = 'last=1'): Promise<Context> {
  const dataDir = join(await tempFolder(), 'data');
  const env = { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: `${vault}.key`, SNAPSHOT_KEEP: keep };
  const context = await manager(dataDir, env);
  const path = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name: 'c2', path, mode: 'move' });
  await createProfileStore({ dataDir }).updateRecord('c2', { account: owner });
  const store = createStateStore({ file: context.paths.database });
  store.sessions.setAccount('c2', { account: owner });
  store.close();
  return context;
}

const take = async ({ snapshots }: Context) => (await snapshots.create('c2', { reason: 'requested' })).id;
const ids = async ({ snapshots }: Context) => (await snapshots.list('c2')).items.map(({ id }) => id);

/** Two installations on one vault, each with a session `c2` of its own account and one snapshot. */
async function shared() {
  const vault = join(await tempFolder(), 'vault');
  const here = await installation(vault, OURS);
  const ours = await take(here);
  const there = await installation(vault, THEIRS);
  const theirs = await take(there);
  return { vault, here, there, ours, theirs };
}

const REFUSED = { code: 'other_writer', status: 409, message: expect.stringMatching(/1 snapshot .*\+5215533334444/) };

describe('what another installation has written on a shared vault', () => {
  test('is not destroyed by a delete --purge here, unless that is confirmed', async () => {
    const { here, there, theirs } = await shared();
    const refusal = { ...REFUSED, hint: expect.stringContaining('--other-writers'), extra: { snapshots: [theirs] } };
    await expect(here.sessions.delete('c2', { purge: true })).rejects.toMatchObject(refusal);
    expect(await here.sessions.get('c2')).toMatchObject({ state: 'STOPPED' });
    expect(await there.snapshots.verify('c2', theirs, { drill: false })).toMatchObject({ ok: true });
    await here.sessions.delete('c2', { purge: true, otherWriters: true });
    await expect(there.snapshots.verify('c2', theirs, { drill: false })).rejects.toThrow();
  });

  test('nor by one of a session that moved there and is saved there now', async () => {
    const vault = join(await tempFolder(), 'vault');
    const here = await installation(vault, OURS);
    await take(here);
    await here.access.moveAway('c2', 'transferred');
    const there = await installation(vault, OURS);
    const theirs = await take(there);
    await expect(here.sessions.delete('c2', { purge: true })).rejects.toMatchObject({
      ...{ code: 'other_writer', extra: { snapshots: [theirs] } },
    });
  });

  test('is not deleted by its id, unless that is confirmed', async () => {
    const { here, ours, theirs } = await shared();
    await expect(here.snapshots.delete('c2', theirs)).rejects.toMatchObject(REFUSED);
    await here.snapshots.delete('c2', ours);
    await here.snapshots.delete('c2', theirs, { otherWriters: true });
    expect(await ids(here)).toEqual([]);
  });

  test('is neither pushed out by what is taken here, nor counted against it', async () => {
    const { here, there, theirs } = await shared();
    await take(here);
    const newest = await take(here);
    await here.snapshots.prune('c2');
    expect(await ids(here)).toEqual([newest, theirs]);
    await there.snapshots.pruneAll();
    expect(await ids(there)).toEqual([newest, theirs]);
  });

  test('is pruned and destroyed like its own by a machine that took the session over', async () => {
    const vault = join(await tempFolder(), 'vault');
    const old = await installation(vault, OURS, 'last=9');
    await take(old);
    await take(old);
    const env = { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: `${vault}.key`, SNAPSHOT_KEEP: 'last=1' };
    const next = await manager(join(await tempFolder(), 'data'), env);
    onTestFinished(() => next.snapshots.idle());
    await next.snapshots.recover({ originRetired: true, start: false });
    const own = await take(next);
    await next.snapshots.prune('c2');
    expect(await ids(next)).toEqual([own]);
    await next.sessions.delete('c2', { purge: true });
  });
});

describe('recover, where two installations have a session of one name on a shared vault', () => {
  const goneIn = async ({ snapshots }: Context) =>
    (await snapshots.recoverable()).map(({ gone, last }) => [gone, last?.id]);

  test('brings the one back that lives on when the other was deleted last', async () => {
    const { vault, here, there, theirs } = await shared();
    await here.sessions.delete('c2');
    await vi.waitFor(async () => expect(await ids(there)).toHaveLength(3));
    await there.close();
    expect(await goneIn(here)).toEqual([[null, theirs]]);
    const machine = await manager(undefined, { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: `${vault}.key` });
    expect(await goneIn(machine)).toEqual([[null, theirs]]);
    const { items } = await machine.snapshots.recover({ originRetired: true, start: false });
    expect(items).toMatchObject([{ session: 'c2', ok: true, snapshot: theirs }]);
  });

  test('knows that both were deleted', async () => {
    const { here, there } = await shared();
    await there.sessions.delete('c2');
    await here.sessions.delete('c2');
    expect((await goneIn(here)).map(([gone]) => gone)).toEqual(['deleted']);
  });

  test('takes what a machine took over from another, and deleted, for deleted', async () => {
    const vault = join(await tempFolder(), 'vault');
    const before = await installation(vault, OURS);
    await take(before);
    await before.close();
    const after = await installation(vault, OURS);
    await take(after);
    await after.sessions.delete('c2');
    expect((await goneIn(after)).map(([gone]) => gone)).toEqual(['deleted']);
  });

  test('is not told "deleted" of another account by the trash of this machine', async () => {
    const { here, there } = await shared();
    await here.sessions.delete('c2');
    const newest = await take(there);
    expect(await goneIn(here)).toEqual([[null, newest]]);
  });
});
