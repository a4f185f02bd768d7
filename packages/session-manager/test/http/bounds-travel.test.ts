import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QUICK_DISK, startTestManager } from '@leadmaster/testkit';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Served, serve } from './serve.ts';

const AT = '/v1/sessions/ventas';
const KEY = 'a-key-of-the-other-manager';
const SECRET = { 'x-passphrase': encodeURIComponent('caballo batería grapa') };
const BYTES = { 'content-type': 'application/octet-stream', ...SECRET };
const PHONE = '5491100000001';

type Asked = Pick<Served, 'ask'>;

const off = ({ ask }: Asked, at = AT) => ask(at, { method: 'PATCH', body: { sending: 'off', expectedPhone: PHONE } });
const on = ({ ask }: Asked) => ask(AT, { method: 'PATCH', body: { sending: 'on', expectedPhone: null } });
const say = ({ ask }: Asked, machine: 'on' | 'off', revision: number) =>
  ask('/v1/hubs/h1/sending', { method: 'PUT', body: { revision, machine, tenants: [] } });

/** It still only listens, and expects the same number. */
async function expectBound({ ask }: Asked, at = AT): Promise<void> {
  const { json } = await ask(at);
  expect(json).toMatchObject({ sending: 'off', sendingOffBy: ['session'], expectedPhone: PHONE, canSend: false });
}

async function linked() {
  const manager = await serve();
  await manager.given('ventas', 'LINKED');
  return manager;
}

/** A folder in which managers run one after the other. */
async function folder(): Promise<{ dataDir: string; run: () => Promise<Served> }> {
  const dir = await mkdtemp(join(QUICK_DISK, 'leadmaster-bounds-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const dataDir = join(dir, 'data');
  return { dataDir, run: () => serve({ dataDir }) };
}

async function recordOf({ dataDir }: Pick<Served, 'dataDir'>, name = 'ventas') {
  return JSON.parse(await readFile(join(dataDir, 'tokens', name, '.leadmaster.json'), 'utf8'));
}

describe('what bounds a session', () => {
  test('is beside the login as long as it bounds, and in the next snapshot', async () => {
    const manager = await linked();
    await off(manager);
    expect(await recordOf(manager)).toMatchObject({ sending: 'off', expectedPhone: PHONE });
    await on(manager);
    const record = await recordOf(manager);
    expect([record.sending, record.expectedPhone]).toEqual([undefined, undefined]);
  });

  test('outlives a restart of the service, and an older database that is put back', async () => {
    const { dataDir, run } = await folder();
    const first = await run();
    await first.given('ventas', 'LINKED');
    await off(first);
    await first.stop();
    const second = await run();
    await expectBound(second);
    await second.stop();
    const db = new Database(join(dataDir, 'session-manager.db'));
    db.exec("UPDATE sessions SET sending = 'on', expected_phone = NULL");
    db.close();
    await expectBound(await run());
  });

  test('that levels had switched off is on again after a restart once they say so', async () => {
    const { run } = await folder();
    const first = await run();
    await first.given('ventas', 'LINKED');
    await say(first, 'off', 1);
    expect(await recordOf(first)).toMatchObject({ sendingOffBy: ['machine'] });
    await first.stop();
    const second = await run();
    expect((await second.ask(AT)).json.sendingOffBy).toEqual(['machine']);
    await say(second, 'on', 2);
    expect((await second.ask(AT)).json.sending).toBe('on');
    expect((await recordOf(second)).sendingOffBy).toBeUndefined();
  });

  test('outlives the restore of a snapshot from before, and a snapshot from meanwhile brings it back', async () => {
    const manager = await linked();
    const before = await manager.take('ventas');
    await off(manager);
    const meanwhile = await manager.take('ventas');
    const restore = (id: string) => manager.ask(`${AT}/snapshots/${id}/restore`, { body: { overwriteNewer: true } });
    expect((await restore(before.id)).status).toBe(200);
    await expectBound(manager);
    expect(await recordOf(manager)).toMatchObject({ sending: 'off', expectedPhone: PHONE });
    await on(manager);
    expect((await restore(meanwhile.id)).status).toBe(200);
    await expectBound(manager);
  });

  test('outlives an unlink, a new login and a logout', async () => {
    const manager = await serve();
    await manager.given('ventas', 'READY');
    await off(manager);
    expect((await manager.ask(`${AT}/logout`, { method: 'POST' })).status).toBe(202);
    await manager.given('ventas', 'QR_REQUIRED');
    await manager.stage.scan('ventas');
    await manager.until('ventas', 'READY');
    await expectBound(manager);
    expect(await recordOf(manager)).toMatchObject({ sending: 'off' });
  });

  test('comes back with a deleted session out of the trash, and out of the vault', async () => {
    const manager = await linked();
    const early = await manager.take('ventas');
    await off(manager);
    await manager.ask(AT, { method: 'DELETE' });
    const { items } = (await manager.ask('/v1/trash')).json;
    expect((await manager.ask(`/v1/trash/${items[0].id}/restore`, { method: 'POST' })).status).toBe(200);
    await expectBound(manager);
    await manager.ask(AT, { method: 'DELETE' });
    // From before sending was switched off.
    expect((await manager.ask(`${AT}/snapshots/${early.id}/restore`, { method: 'POST' })).status).toBe(200);
    await expectBound(manager);
  });

  test('comes to a machine that has nothing but the vault, also with an older snapshot', async () => {
    const there = await serve();
    await there.given('ventas', 'LINKED');
    const early = await there.take('ventas');
    await off(there);
    await there.take('ventas');
    const vaultKey = await readFile(join(there.dataDir, 'vault.key'));
    for (const way of ['recover', 'restore']) {
      const here = await serve({ blobs: there.blobs, vaultKey });
      const wanted =
        way === 'recover'
          ? ['/v1/recover', { sessions: ['ventas'], originRetired: true }]
          : [`${AT}/snapshots/${early.id}/restore`, {}];
      const { status } = await here.ask(String(wanted[0]), { body: wanted[1] });
      expect([way, status]).toEqual([way, 200]);
      await expectBound(here);
    }
  });

  test('goes along in an exported file, also where its snapshot is from before', async () => {
    const there = await linked();
    const { id } = await there.take('ventas');
    await off(there);
    const { body } = await there.ask(`${AT}/snapshots/${id}/export`, { headers: SECRET });
    const here = await serve();
    const made = await here.ask('/v1/sessions/otra/import', { headers: BYTES, body });
    expect(made.status).toBe(201);
    await expectBound(here, '/v1/sessions/otra');
  });

  test('keeps a session from being given up for a snapshot without it', async () => {
    const manager = await linked();
    const { id } = await manager.take('ventas');
    await off(manager);
    const refused = await manager.ask(`${AT}/retire`, { body: { snapshot: id } });
    expect([refused.status, refused.json.code]).toEqual([409, 'newer_login']);
    const { id: now } = await manager.take('ventas');
    expect((await manager.ask(`${AT}/retire`, { body: { snapshot: now } })).status).toBe(200);
  });

  test.each(['copy', 'move'])('comes with a folder of another LeadMaster that is adopted by %s', async (mode) => {
    const there = await linked();
    await off(there);
    const path = join(there.dataDir, '..', 'copied');
    await cp(join(there.dataDir, 'tokens/ventas'), path, { recursive: true });
    const here = await serve();
    const { status } = await here.ask('/v1/sessions/adopt', { body: { name: 'ventas', path, mode } });
    expect(status).toBe(201);
    await expectBound(here);
  });

  test('comes with a profile that is adopted in its place', async () => {
    const there = await linked();
    await off(there);
    const here = await serve();
    await cp(join(there.dataDir, 'tokens/ventas'), join(here.dataDir, 'tokens/ventas'), { recursive: true });
    expect((await here.ask('/v1/sessions/adopt', { body: { name: 'ventas' } })).status).toBe(201);
    await expectBound(here);
  });

  test('goes along with a transfer, and comes back with one', async () => {
    const here = await linked();
    await off(here);
    const there = await serve({ env: { LEADMASTER_ADMIN_KEY: KEY } });
    const asked: Asked = { ask: (path, given) => there.ask(path, { ...given, key: KEY }) };
    const body = { to: `http://127.0.0.1:${there.port}`, key: KEY };
    expect((await here.ask(`${AT}/transfer`, { body })).json.state).toBe('MOVED');
    await expectBound(asked);
    expect((await on(here)).json.code).toBe('session_moved');
    expect((await on(asked)).status).toBe(200);
    const back = { to: `http://127.0.0.1:${here.port}`, key: 'admin-key-of-the-tests' };
    expect((await asked.ask(`${AT}/transfer`, { body: back })).json.state).toBe('MOVED');
    // It is as strict here as when it left.
    await expectBound(here);
  });

  test('that the machine it leaves has off for all is off for the session where it arrives', async () => {
    const here = await linked();
    await say(here, 'off', 1);
    const there = await startTestManager({ env: { LEADMASTER_ADMIN_KEY: KEY } });
    onTestFinished(() => there.close());
    const body = { to: `http://127.0.0.1:${there.port}`, key: KEY };
    expect((await here.ask(`${AT}/transfer`, { body })).json.state).toBe('MOVED');
    expect(await there.context.sessions.get('ventas')).toMatchObject({ sending: 'off', sendingOffBy: ['session'] });
  });

  test('that is ordered while a session is on its way keeps it here', async () => {
    const here = await linked();
    const there = await serve({ env: { LEADMASTER_ADMIN_KEY: KEY } });
    const { seal } = there.context.arrivals;
    there.context.arrivals.seal = async (...given) => {
      const sealed = await seal.apply(there.context.arrivals, given);
      await off(here);
      return sealed;
    };
    const refused = await here.ask(`${AT}/transfer`, { body: { to: `http://127.0.0.1:${there.port}`, key: KEY } });
    expect([refused.status, refused.json.code]).toEqual([409, 'wrong_state']);
    await expectBound(here);
    expect((await here.ask(AT)).json.state).toBe('STOPPED');
  });
});
