import { join } from 'node:path';
import type { Account } from '@leadmaster/protocol';
import { storeUrl } from '@leadmaster/vault';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { areDifferent, secondWriters } from '../../src/snapshots/other-account.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const WANTED = { start: false, overwriteNewer: true, restart: false };
const REQUESTED = { reason: 'requested' } as const;
const account = (phone: string) => ({ id: `${phone}@c.us`, phone, name: '' });
const OURS = account('5215511112222');
const THEIRS = account('5215533334444');

/** An installation with one linked session, on a vault that others may share. */
async function installation(vault: string, phone: Account | null, name = 'c2'): Promise<Context> {
  const dataDir = join(await tempFolder(), 'data');
  const context = await manager(dataDir, { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: `${vault}.key` });
  const source = await putProfile(join(await tempFolder(), 'session'));
  await context.adoption.adopt({ name, path: source, mode: 'move' });
  await createProfileStore({ dataDir }).updateRecord(name, { account: phone });
  return context;
}

async function shared(
  ours: Account = OURS,
  others: Account = THEIRS,
): Promise<{ here: Context; there: Context; theirs: string }> {
  const vault = join(await tempFolder(), 'vault');
  const here = await installation(vault, ours);
  await here.snapshots.create('c2', REQUESTED);
  const there = await installation(vault, others);
  const { id } = await there.snapshots.create('c2', REQUESTED);
  return { here, there, theirs: id };
}

describe('two installations with a session of one name in one vault', () => {
  test('one is not given the account of the other, unless that is confirmed', async () => {
    const { here, theirs } = await shared();
    const refusal = {
      code: 'other_account',
      status: 409,
      message: expect.stringMatching(/\+5215533334444.*\+5215511112222/),
      hint: expect.stringContaining('--other-account'),
    };
    await expect(here.snapshots.restore('c2', theirs, WANTED)).rejects.toMatchObject(refusal);
    expect((await here.sessions.get('c2')).generation).toBe(1);
    await here.snapshots.restore('c2', theirs, { ...WANTED, otherAccount: true });
    expect((await here.sessions.get('c2')).account).toMatchObject(THEIRS);
  });

  test('nor started with one that another session here has, even with a confirmation', async () => {
    const { here, theirs } = await shared();
    const copy = await putProfile(join(await tempFolder(), 'session'));
    await here.adoption.adopt({ name: 'suya', path: copy, mode: 'move' });
    await here.access.replace('suya', { stop: false }, async () => {
      await createProfileStore({ dataDir: here.paths.root }).updateRecord('suya', { account: THEIRS });
    });
    for (const how of [{ start: true }, { restart: true }]) {
      const options = { ...WANTED, otherAccount: true, originRetired: true, ...how };
      await expect(here.snapshots.restore('c2', theirs, options)).rejects.toMatchObject({
        ...{ code: 'linked_elsewhere', extra: { session: 'suya' } },
      });
    }
    expect(await here.sessions.get('c2')).toMatchObject({ generation: 1, account: null });
    await here.snapshots.restore('c2', theirs, { ...WANTED, otherAccount: true });
    await expect(here.sessions.start('c2', { originRetired: true })).rejects.toMatchObject({
      code: 'linked_elsewhere',
    });
  });

  test('nor where its profile is gone, by what was taken of it here', async () => {
    const { here } = await shared();
    await createProfileStore({ dataDir: here.paths.root }).trash('c2', 'lost');
    const recover = { sessions: ['c2'], originRetired: true, start: false };
    const { items } = await here.snapshots.recover(recover);
    expect(items).toMatchObject([{ ok: false, detail: expect.stringContaining('--other-account') }]);
    const said = await here.snapshots.recover({ ...recover, otherAccount: true });
    expect(said.items).toMatchObject([{ ok: true, detail: expect.stringContaining('+5215511112222') }]);
  });

  test('goes by whom a session belongs to, not by the wrong account that waits in it', async () => {
    const here = await installation(join(await tempFolder(), 'vault'), OURS);
    const { id } = await here.snapshots.create('c2', REQUESTED);
    const wrongAccount = { reason: 'other_account', account: THEIRS, session: null } as const;
    const store = createStateStore({ file: here.paths.database });
    onTestFinished(() => store.close());
    store.sessions.setAccount('c2', { account: OURS, wrongAccount });
    await createProfileStore({ dataDir: here.paths.root }).updateRecord('c2', { account: THEIRS });
    await here.snapshots.restore('c2', id, WANTED);
    expect(store.sessions.get('c2')?.wrongAccount).toBeNull();
    await (await here.roster.get('c2')).rest('place_changed');
    await expect(here.sessions.settleAccount('c2', { unlink: true })).rejects.toMatchObject({ code: 'place_changed' });
  });

  test('is named by list: whose each snapshot is, who took it, and that there are two', async () => {
    const { here, there } = await shared();
    const { items, problems } = await here.snapshots.list('c2');
    expect(items).toMatchObject([
      { account: THEIRS, writtenBy: { isHere: false } },
      { account: OURS, writtenBy: { isHere: true } },
    ]);
    expect(problems).toMatchObject([{ kind: 'second_writer', detail: expect.stringContaining('+5215511112222') }]);
    expect((await there.snapshots.list('c2')).problems).toHaveLength(1);
  });

  test('is not told of one installation, nor of a machine that took over from another', async () => {
    const vault = join(await tempFolder(), 'vault');
    const old = await installation(vault, OURS);
    await old.snapshots.create('c2', REQUESTED);
    await old.snapshots.create('c2', REQUESTED);
    const env = { VAULT_URL: storeUrl(old.config.vault.location), VAULT_KEY_FILE: old.config.vault.keyFile };
    const next = await manager(join(await tempFolder(), 'data'), env);
    await next.snapshots.recover({ originRetired: true, start: false });
    await next.snapshots.create('c2', REQUESTED);
    expect((await next.snapshots.list('c2')).problems).toEqual([]);
  });

  test.each([
    ['account', OURS, THEIRS],
    ['link of the account', { ...OURS, device: 1 }, { ...OURS, device: 2 }],
  ])('an imported file of another %s does not take a place, and stays out of the history', async (_, ours, others) => {
    const { here, there, theirs } = await shared(ours, others);
    const passphrase = 'caballo batería grapa';
    const { bytes } = await there.snapshots.export('c2', theirs, { passphrase });
    const file = Buffer.concat(await Array.fromAsync(bytes));
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield file;
    };
    const wanted = { passphrase, originRetired: true, replace: true, overwriteNewer: true, start: false };
    const before = (await here.snapshots.list('c2')).items.length;
    await expect(here.snapshots.import('c2', stream(), wanted)).rejects.toMatchObject({ code: 'other_account' });
    expect((await here.snapshots.list('c2')).items).toHaveLength(before);
    await here.snapshots.import('c2', stream(), { ...wanted, otherAccount: true });
  });

  test('a snapshot of unknown account is not of another one, and the older format is read', async () => {
    const vault = join(await tempFolder(), 'vault');
    const unknown = await installation(vault, null);
    const { id } = await unknown.snapshots.create('c2', REQUESTED);
    await createProfileStore({ dataDir: unknown.paths.root }).updateRecord('c2', { account: OURS });
    await unknown.snapshots.restore('c2', id, WANTED);
    const open = await unknown.vault.open();
    const earlier = { frozenAt: new Date().toISOString(), reason: 'requested', method: 'none', pauseMs: 0 };
    const extra = { ...earlier, captureMs: 0, chromium: null, generation: 1, account: OURS };
    const old = await open.save('c2', [], { kind: 'essential', extra });
    const { items, problems } = await unknown.snapshots.list('c2');
    expect(items[0]).toMatchObject({ id: old.id, account: OURS, writtenBy: null });
    expect(problems).toEqual([]);
  });
});

describe('two installations with a link each of one account, in one vault', () => {
  const link = (device: number) => ({ ...OURS, device });

  async function linked(): Promise<{ here: Context; own: string; others: string }> {
    const vault = join(await tempFolder(), 'vault');
    const here = await installation(vault, link(1));
    const own = await here.snapshots.create('c2', REQUESTED);
    const there = await installation(vault, link(2));
    const others = await there.snapshots.create('c2', REQUESTED);
    return { here, own: own.id, others: others.id };
  }

  test('one is not given the link of the other, and is told which snapshot is its own', async () => {
    const { here, own, others } = await linked();
    await expect(here.snapshots.restore('c2', others, { ...WANTED, start: true })).rejects.toMatchObject({
      ...{ code: 'other_account', status: 409, hint: expect.stringContaining('--other-account') },
      message: expect.stringMatching(new RegExp(`another link.*may be in use there.*${own}`)),
    });
    expect(await here.sessions.get('c2')).toMatchObject({ generation: 1, originRetired: true });
    await here.snapshots.restore('c2', own, WANTED);
  });

  test('waits for a word before it starts with the link of the other, also after a second restore', async () => {
    const { here, others } = await linked();
    for (const how of [{ start: true }, { restart: true }]) {
      const session = await here.snapshots.restore('c2', others, { ...WANTED, ...how, otherAccount: true });
      expect(session).toMatchObject({ state: 'STOPPED', originRetired: false, account: link(2) });
      await expect(here.sessions.start('c2')).rejects.toMatchObject({ code: 'origin_not_retired' });
    }
  });

  test('nor where its profile is gone', async () => {
    const { here } = await linked();
    await createProfileStore({ dataDir: here.paths.root }).trash('c2', 'lost');
    const recover = { sessions: ['c2'], originRetired: true, start: false };
    const { items } = await here.snapshots.recover(recover);
    expect(items).toMatchObject([{ ok: false, detail: expect.stringContaining('another link') }]);
    const said = await here.snapshots.recover({ ...recover, otherAccount: true });
    expect(said.items).toMatchObject([{ ok: true }]);
    expect(await here.sessions.get('c2')).toMatchObject({ originRetired: true });
  });

  test.each([
    ['an earlier link that was taken here', { before: link(1), now: link(3) }],
    ['a link that is not known', { before: OURS, now: link(3) }],
  ])('goes back to %s', async (_, { before, now }) => {
    const here = await installation(join(await tempFolder(), 'vault'), before);
    const { id } = await here.snapshots.create('c2', REQUESTED);
    await createProfileStore({ dataDir: here.paths.root }).updateRecord('c2', { account: now });
    await here.snapshots.restore('c2', id, WANTED);
    expect(await here.sessions.get('c2')).toMatchObject({ originRetired: true });
  });

  test.each([
    ['the same', link(1)],
    ['not known', OURS],
  ])('takes a snapshot of the other whose link is %s', async (_, theirs) => {
    const vault = join(await tempFolder(), 'vault');
    const here = await installation(vault, link(1));
    await here.snapshots.create('c2', REQUESTED);
    const there = await installation(vault, theirs);
    const { id } = await there.snapshots.create('c2', REQUESTED);
    await here.snapshots.restore('c2', id, WANTED);
    expect(await here.sessions.get('c2')).toMatchObject({ generation: 2, originRetired: true });
  });
});

describe('two writers of one history', () => {
  const by = (...writers: [id: string, generation: number, phone?: string][]) =>
    secondWriters(
      'c2',
      writers.map(([id, generation, phone = '1'], at) => ({
        ...{ id: `${at + 1}-00000000`, sequence: at + 1, kind: 'essential', at: new Date(at).toISOString() },
        ...{ bytes: 0, files: 0, newBytes: 0, storedBytes: 0, durationMs: 0 },
        extra: {
          ...{ frozenAt: new Date(at).toISOString(), reason: 'schedule', method: 'none', pauseMs: 0, captureMs: 0 },
          ...{ chromium: null, generation, account: account(phone), writer: { id, host: id } },
        },
      })),
    );

  test.each([
    ['a new machine', by(['a', 1], ['a', 1], ['b', 2], ['b', 2])],
    ['a new database on the same machine', by(['a', 1], ['b', 1], ['b', 1])],
    ['a move there and back', by(['a', 1], ['b', 2], ['a', 3])],
    ['another number that one installation linked', by(['a', 1, '1'], ['a', 2, '2'])],
  ])('are not told of %s', (_, problems) => {
    expect(problems).toEqual([]);
  });

  test.each([
    ['that take turns', by(['a', 1], ['b', 1], ['a', 1], ['b', 1])],
    ['of different accounts', by(['a', 1, '1'], ['b', 2, '2'])],
  ])('are told once of two %s', (_, problems) => {
    expect(problems).toMatchObject([{ kind: 'second_writer' }]);
  });
});

describe('whether two accounts differ', () => {
  test.each([
    ['5215511112222', '525511112222'],
    ['5491122334455', '541122334455'],
    ['5511987654321', '551187654321'],
    ['+52 1 55 1111-2222', '5215511112222'],
  ])('%s and %s are one number in two spellings', (one, other) => {
    expect(areDifferent(account(one), account(other))).toBe(false);
  });

  test('is known only of two numbers', () => {
    expect(areDifferent(OURS, THEIRS)).toBe(true);
    expect(areDifferent(OURS, null)).toBe(false);
    expect(areDifferent(account(''), THEIRS)).toBe(false);
  });
});
