import { access, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
const FRIEND = '5491100000002';

async function refusal(work: Promise<unknown>): Promise<LeadMasterError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LeadMasterError)) throw new Error(`no refusal, but ${String(error)}`);
  return error;
}

describe('snapshots of a running session', () => {
  test('are taken while it runs, and bring it back READY without a QR', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start();
    await stage.link('ventas', PHONE);
    const { snapshots, sessions } = stage.context;
    await stage.world.phone(FRIEND).send(PHONE, 'antes');
    await stage.event(({ type }) => type === 'message.received', 15_000, true);

    const taken = await snapshots.create('ventas', { reason: 'requested' });
    expect(taken).toMatchObject({ session: 'ventas', kind: 'essential', generation: 1, reason: 'requested' });
    expect(['cgroup', 'sigstop']).toContain(taken.method);
    expect(taken.pauseMs).toBeGreaterThan(0);
    expect(taken.chromium).toMatch(/^\d+\./);
    expect((await sessions.get('ventas')).state).toBe('READY');
    const unknown = await refusal(snapshots.create('unknown', { reason: 'requested' }));
    expect(unknown.code).toBe('session_not_found');
    expect(await stage.eventsOf('unknown', 'snapshot.failed')).toEqual([]);
    const unproven = { id: taken.id, at: taken.at, verified: false, damaged: false };
    expect((await sessions.get('ventas')).lastSnapshot).toEqual(unproven);

    const again = await snapshots.create('ventas', { reason: 'requested' });
    expect(again.storedBytes).toBeLessThan(taken.storedBytes);
    const { items, problems } = await snapshots.list('ventas');
    expect(items.map(({ id }) => id)).toEqual([again.id, taken.id]);
    expect(problems).toEqual([]);
    const whose = { account: { phone: PHONE }, writtenBy: { host: hostname(), isHere: true } };
    expect([taken, ...items]).toMatchObject([whose, whose, whose]);

    const detail = await snapshots.get('ventas', again.id);
    expect(detail.account).toMatchObject({ phone: PHONE });
    expect(detail.structure.every(({ ok }) => ok)).toBe(true);
    expect(detail.census.before?.rows['model-storage/message']).toBeGreaterThan(0);
    expect(await snapshots.verify('ventas', again.id, { drill: false })).toMatchObject({ ok: true });
    expect((await sessions.get('ventas')).lastSnapshot?.verified).toBe(true);

    // While it runs, nothing is put in its place; with a restart, over a login that has changed, only on the operator's word.
    const wanted = { start: false, overwriteNewer: false, restart: false };
    expect((await refusal(snapshots.restore('ventas', again.id, wanted))).code).toBe('session_running');
    await stage.world.phone(FRIEND).send(PHONE, 'después');
    await stage.event(({ type, data }) => type === 'message.received' && data.text === 'después', 15_000, true);
    // Judged before anything is stopped: it is refused, and runs on.
    const judged = await refusal(snapshots.restore('ventas', taken.id, { ...wanted, restart: true }));
    expect(judged.code).toBe('newer_login');
    expect((await sessions.get('ventas')).state).toBe('READY');
    await sessions.stop('ventas');
    await snapshots.idle();
    const newer = await refusal(snapshots.restore('ventas', taken.id, wanted));
    expect(newer.code).toBe('newer_login');
    expect(newer.message).toMatch(/ s after this snapshot was taken$/);
    expect(await readdir(stage.context.paths.staging)).toEqual([]);

    // The stop took one more, as the profile was left: that one may go back in place.
    const stopped = (await snapshots.list('ventas')).items[0];
    expect(stopped).toMatchObject({ reason: 'stopped', method: 'none', pauseMs: 0 });
    await snapshots.restore('ventas', stopped?.id ?? '', { ...wanted, start: true });
    await stage.until('ventas', 'READY');
    expect(stage.clones()).toEqual([]);
    expect((await sessions.get('ventas')).generation).toBe(2);
    expect(await readdir(stage.context.paths.trash)).toHaveLength(2);
    expect((await stage.eventsOf('ventas', 'session.qr')).length).toBeLessThanOrEqual(2);
  });

  test('are taken before a logout and a delete, outlive the session, and go with its key', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start();
    await stage.link('ventas', PHONE);
    const { snapshots, sessions } = stage.context;
    await sessions.delete('ventas');
    await snapshots.idle();
    const { items } = await snapshots.list('ventas');
    expect(items).toMatchObject([{ reason: 'before_delete' }]);
    // Back from the vault alone: the session is made again.
    const id = items[0]?.id ?? '';
    await snapshots.restore('ventas', id, { start: true, overwriteNewer: false, restart: false });
    await stage.until('ventas', 'READY');
    await sessions.delete('ventas', { purge: true });
    expect((await refusal(snapshots.list('ventas'))).code).toBe('session_not_found');
    const left = await readdir(join(stage.dataDir, 'vault', 'packs'), { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  test('there is none of a session without a login', async () => {
    await using stage = await Stage.open({ guarded: true });
    await stage.start();
    await stage.sessions.create({ name: 'nueva', start: true, metadata: {} });
    await stage.nextQr('nueva');
    expect((await refusal(stage.context.snapshots.create('nueva', { reason: 'requested' }))).code).toBe(
      'nothing_to_snapshot',
    );
    expect(await stage.eventsOf('nueva', 'snapshot.failed')).toEqual([]);
  });

  test('on a machine that has only the vault and its key, sessions are recovered after the operator has confirmed it', async () => {
    await using old = await Stage.open({ guarded: true });
    await old.start();
    await old.link('ventas', PHONE);
    await old.context.snapshots.create('ventas', { reason: 'requested' });
    await old.stop();

    await using fresh = await Stage.open({
      guarded: true,
      env: {
        VAULT_URL: `file:${join(old.dataDir, 'vault')}`,
        VAULT_KEY_FILE: join(old.dataDir, 'vault.key'),
        CHROME_ARGS: old.world.chromeArgsText,
      },
    });
    await fresh.start();
    const { snapshots } = fresh.context;
    expect(await snapshots.recoverable()).toMatchObject([{ session: 'ventas', snapshots: 1, isHere: false }]);
    expect((await refusal(snapshots.recover({ originRetired: false, start: true }))).code).toBe('origin_not_retired');
    const { items } = await snapshots.recover({ originRetired: true, start: true });
    expect(items).toMatchObject([{ session: 'ventas', ok: true }]);
    expect((await fresh.until('ventas', 'READY')).generation).toBe(2);
    expect(old.clones()).toEqual([]);
    expect((await snapshots.recover({ sessions: ['ventas'], originRetired: true, start: true })).items).toMatchObject([
      { ok: false },
    ]);
    await expect(access(join(fresh.dataDir, 'vault'))).rejects.toThrow();
  });
});
