import { createHash, randomUUID } from 'node:crypto';
import { symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PrepareTransfer } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import { writeFailed } from '../../src/profile/files.ts';
import { targetOrigin } from '../../src/transfer/target-url.ts';
import { KEY, LARGE, type Machine, NAME, owners, twoMachines } from './machines.ts';

/** That the session is here as it was, runs, and nothing of it is there. */
async function expectStayed(here: Machine, there: Machine): Promise<void> {
  expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
  expect(await owners(here, there)).toBe(1);
  expect([await here.staged(), await there.staged()]).toEqual([[], []]);
}

const failed = { code: 'transfer_failed' };

describe('the other machine refuses', () => {
  test('a name that is taken there', async () => {
    const { here, there } = await twoMachines();
    await there.sessions.create({ name: NAME, start: false, metadata: {} });
    await expect(here.transfer()).rejects.toMatchObject({
      ...failed,
      message: /has a session ventas, and it is STOPPED/,
      extra: { peer: { code: 'session_exists' } },
    });
    expect(await there.session()).toMatchObject({ state: 'STOPPED', generation: 1 });
    expect(await owners(here)).toBe(1);
  });

  test('a profile of that name that belongs to no session', async () => {
    const { here, there } = await twoMachines();
    await there.profiles.create(NAME);
    await expect(here.transfer()).rejects.toMatchObject({ ...failed, extra: { peer: { code: 'session_unclaimed' } } });
    expect(await here.session()).toMatchObject({ state: 'READY', generation: 1 });
  });

  test('a profile that a newer Chromium has written', async () => {
    const { here, there } = await twoMachines();
    there.browserVersion = '155.0.0.0';
    await expect(here.transfer()).rejects.toMatchObject({ ...failed, extra: { peer: { code: 'browser_too_old' } } });
    await expectStayed(here, there);
  });

  test('a copy from before the session went away from there', async () => {
    const { here, there } = await twoMachines();
    there.store.tombstones.add(NAME, 1, null);
    await expect(here.transfer()).rejects.toMatchObject({ ...failed, extra: { peer: { code: 'session_moved' } } });
    await expectStayed(here, there);
  });

  test('a login that another session there has, before anything is stopped', async () => {
    const { here, there } = await twoMachines();
    const account = (await here.session())?.account ?? null;
    await there.access.createFor('otra', new Date(), 'adopted');
    await there.access.replace('otra', { stop: false }, async () => {
      await there.profiles.create('otra');
      await there.profiles.updateRecord('otra', { account });
    });
    await expect(here.transfer()).rejects.toMatchObject({
      ...{ ...failed, message: /the session otra there has/ },
      extra: { peer: { code: 'linked_elsewhere' } },
    });
    await expectStayed(here, there);
  });

  test('what there is no room for', async () => {
    const { here, there } = await twoMachines();
    await there.close();
    there.minFreeBytes = 2 ** 60;
    await there.open();
    await expect(here.transfer()).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining(there.paths.root),
      hint: /^At http\S+: .*space/,
      extra: { peer: { code: 'storage_failed' } },
    });
    await expectStayed(here, there);
  });

  test('what fills the disk there while it is written: that machine and its folder are named', async () => {
    const { here, there } = await twoMachines();
    const part = join(there.paths.staging, 'transfer-x', 'piece.part');
    const full = writeFailed(
      part,
      Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }),
    );
    vi.spyOn(there.target, 'receive').mockRejectedValue(full);
    await expect(here.transfer()).rejects.toMatchObject({
      ...{ ...failed, message: expect.stringContaining(part) },
      hint: expect.stringMatching(`^At http\\S+: The disk of ${dirname(part)} is full: free some space there`),
    });
    await expectStayed(here, there);
  });

  test('a login that is not whole: the session runs again', async () => {
    const { here, there } = await twoMachines();
    here.onceStopped(() => here.write('Default/Local Storage/leveldb/MANIFEST-000001', 'not a manifest'));
    await expect(here.transfer()).rejects.toMatchObject({
      code: expect.stringMatching(/transfer_failed|login_damaged/),
    });
    expect([await there.session(), await there.staged()]).toEqual([null, []]);
    expect(await here.session()).toMatchObject({ desired: 'running', generation: 1 });
  });
});

describe('this machine refuses', () => {
  test('itself as the other machine, under any address', async () => {
    const { here, there } = await twoMachines();
    here.other = here;
    await expect(here.transfer()).rejects.toMatchObject({
      code: 'transfer_failed',
      message: expect.stringContaining('this manager itself'),
      hint: expect.stringContaining('address of the other machine'),
    });
    await expectStayed(here, there);
  });

  test('a profile with a symbolic link', async () => {
    const { here, there } = await twoMachines();
    await symlink('/etc/passwd', join(here.profiles.locate(NAME), 'Default/link'));
    await expect(here.transfer()).rejects.toMatchObject({ code: 'unprocessable', message: /Default\/link/ });
    await expectStayed(here, there);
  });

  test('a copy of a login whose origin is not retired', async () => {
    const { here } = await twoMachines();
    await here.sessions.stop(NAME);
    await here.profiles.updateRecord(NAME, { originRetired: false });
    await expect(here.transfer()).rejects.toMatchObject({ code: 'origin_not_retired' });
    expect(here.steps).toEqual([]);
  });

  test('what is not here, belongs to no session, has no login, or has moved already', async () => {
    const { here, there } = await twoMachines();
    await expect(there.transfer()).rejects.toMatchObject({ code: 'session_not_found' });
    await there.profiles.create(NAME);
    await expect(there.transfer()).rejects.toMatchObject({ code: 'session_unclaimed', hint: /adopt/ });
    await there.registry.adopt(NAME);
    await expect(there.transfer()).rejects.toMatchObject({ code: 'nothing_to_snapshot', message: /is not linked/ });
    await there.sessions.delete(NAME);
    await here.transfer();
    await expect(here.transfer()).rejects.toMatchObject({ code: 'session_moved' });
    expect(await there.owns()).toBe(true);
  });

  test.each([
    ['http://other.example:3001', /in the clear/],
    ['http://192.168.1.7:3001', /in the clear/],
    ['http://127.0.0.1.example:3001', /in the clear/],
    ['ftp://other.example', /not spoken/],
    ['other.example:3001', /not spoken|no URL/],
    ['nonsense', /no URL/],
    ['https://other.example:3001/v1', /more than the address/],
    ['https://other.example:3001?x=1', /more than the address/],
    [`https://admin:${KEY}@other.example`, /a name or a password/],
  ])('%s as the other machine', (to, why) => {
    const refusal = (() => {
      try {
        return { message: `taken as ${targetOrigin(to)}` };
      } catch (error) {
        return error as Error & { code: string };
      }
    })();
    expect(refusal).toMatchObject({ code: 'invalid_request', message: why });
    expect(refusal.message).not.toContain(KEY);
  });

  test.each([
    'https://other.example:3001',
    'https://other.example/',
    'http://127.0.0.1:3001',
    'http://[::1]:3001',
    'http://localhost:3001',
  ])('not %s', (to) => {
    expect(targetOrigin(to)).toBe(to.replace(/\/$/, ''));
  });
});

describe('what arrives', () => {
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const announced = (change: Partial<PrepareTransfer> = {}): PrepareTransfer => ({
    ...{ version: 1, id: `tr_${randomUUID()}`, session: NAME, replaces: [], generation: 1, chromium: null, bytes: 10 },
    ...{ metadata: {}, account: null, desired: 'stopped' },
    ...change,
  });

  /** A machine that waits for a session. */
  async function waiting() {
    const { there } = await twoMachines();
    const wanted = announced();
    await there.target.prepare(wanted);
    return { there, id: wanted.id };
  }

  test('is not taken when it is another content than was announced, and is sent again', async () => {
    const { there, id } = await waiting();
    const good = Buffer.from('good bytes');
    const piece = { sha256: sha256(good), offset: 0, size: good.length };
    const tampered = there.target.receive(id, { ...piece, bytes: Buffer.from('evil bytes') });
    await expect(tampered).rejects.toMatchObject({ code: 'transfer_incomplete' });
    expect(await there.target.missing(id, [piece.sha256])).toEqual([piece.sha256]);
    expect(await there.target.receive(id, { ...piece, bytes: good })).toBe(good.length);
    expect(await there.target.missing(id, [piece.sha256])).toEqual([]);
  });

  test('whole before a crash has kept it from its name is taken as it is, or sent again', async () => {
    const { there, id } = await waiting();
    const bytes = Buffer.from('good bytes');
    const piece = { sha256: sha256(bytes), offset: 0, size: bytes.length, bytes };
    const part = join(there.paths.staging, `transfer-${id}`, `${piece.sha256}.part`);
    await writeFile(part, bytes);
    expect(await there.target.missing(id, [piece.sha256])).toEqual([piece.sha256]);
    expect(await there.target.receive(id, piece)).toBe(bytes.length);
    expect(await there.target.missing(id, [piece.sha256])).toEqual([]);
    const other = Buffer.from('other byte');
    await writeFile(part.replace(piece.sha256, sha256(other)), 'evil bytes');
    const again = { ...piece, sha256: sha256(other), bytes: other };
    await expect(there.target.receive(id, again)).rejects.toMatchObject({ code: 'transfer_incomplete' });
    expect(await there.target.receive(id, again)).toBe(other.length);
  });

  test('in pieces is taken in order, and says where to continue', async () => {
    const { there, id } = await waiting();
    const { length: size } = LARGE;
    const send = (offset: number, end: number) =>
      there.target.receive(id, { sha256: sha256(LARGE), offset, size, bytes: LARGE.subarray(offset, end) });
    expect(await send(0, 1000)).toBe(1000);
    expect(await send(2000, 3000)).toBe(1000);
    expect(await send(0, 1000)).toBe(1000);
    expect(await send(1000, size)).toBe(size);
    expect(await send(0, 1000)).toBe(size);
  });

  test.each(['../outside', '/etc/outside', 'Default/../../outside', 'a//b', ''])(
    'never leads elsewhere: %j',
    async (path) => {
      const { there, id } = await waiting();
      const entries = [{ kind: 'directory' as const, path, mode: 0o700, mtimeMs: 0 }];
      const sealed = there.target.seal(id, { entries, caughtUpTo: null, told: [] });
      await expect(sealed).rejects.toMatchObject({ code: 'snapshot_unsafe' });
      expect(there.target.get(id)).toMatchObject({ phase: 'prepared' });
    },
  );

  test('is not sealed before all of it is here, nor without a login', async () => {
    const { there, id } = await waiting();
    const file = {
      kind: 'file' as const,
      path: 'a',
      mode: 0o600,
      mtimeMs: 0,
      size: 3,
      sha256: sha256(Buffer.from('abc')),
    };
    const sealed = there.target.seal(id, { entries: [file], caughtUpTo: null, told: [] });
    await expect(sealed).rejects.toMatchObject({ code: 'transfer_incomplete', message: /has not arrived/ });
    const empty = there.target.seal(id, { entries: [], caughtUpTo: null, told: [] });
    await expect(empty).rejects.toMatchObject({ code: 'transfer_incomplete', message: /not whole/ });
    await expect(there.target.commit(id)).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await there.session()).toBeNull();
  });

  test('is known by its id alone', async () => {
    const { there, id } = await waiting();
    const strange = `tr_${randomUUID()}`;
    expect(() => there.target.get(strange)).toThrow('was announced here');
    for (const step of [there.target.missing(strange, []), there.target.commit(strange), there.target.abort(strange)])
      await expect(step).rejects.toMatchObject({ code: 'transfer_not_found' });
    await expect(there.target.prepare(announced({ version: 2 }))).rejects.toMatchObject({ code: 'unprocessable' });
    await expect(there.target.prepare(announced({ id, session: 'soporte' }))).rejects.toMatchObject({
      code: 'wrong_state',
    });
    expect(await there.target.prepare(announced({ id }))).toMatchObject({ id, phase: 'prepared' });
  });

  test('gives way to a later announcement of the same name, and is given up for good', async () => {
    const { there, id } = await waiting();
    const later = announced();
    await there.target.prepare(later);
    expect(there.target.get(id)).toMatchObject({ phase: 'aborted' });
    await there.target.abort(id);
    expect(await there.staged()).toEqual([`transfer-${later.id}`]);
  });

  test('is kept over a restart', async () => {
    const { there, id } = await waiting();
    const bytes = Buffer.from('good bytes');
    await there.target.receive(id, { sha256: sha256(bytes), offset: 0, size: bytes.length, bytes });
    await there.restart();
    expect(await there.target.missing(id, [sha256(bytes)])).toEqual([]);
    expect(there.target.get(id)).toMatchObject({ phase: 'prepared' });
  });
});
