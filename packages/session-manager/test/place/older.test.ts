import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { type Account, localTime } from '@leadmaster/protocol';
import { migrate } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { olderLogin } from '../../src/lifecycle/held-back.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { MIGRATIONS } from '../../src/state/migrations/index.ts';
import { SCHEMA } from '../../src/state/schema.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { tempFolder } from '../adopt/folders.ts';
import { A_CHANGE } from '../event-samples.ts';
import { Aged, aged, putBackAged } from './aged.ts';
import { Installation, STARTS, sh, VAULT_WAITS } from './installation.ts';

/** What a crash leaves that came between the vault and the database. */
async function forgetHeads({ dataDir }: Installation): Promise<void> {
  const db = new Database(join(dataDir, 'session-manager.db'));
  db.exec(`DELETE FROM snapshots; UPDATE vault_heads SET sequence = 1`);
  db.close();
}

afterEach(() => {
  vi.useRealTimers();
});

describe('sessions start by themselves', () => {
  test('after a week of use, with a vault that the folder knows', async () => {
    const { here } = await aged();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('where a crash came between vault and database: the row is added', async () => {
    const { here } = await aged();
    await forgetHeads(here);
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect((await here.context.sessions.get('ventas')).lastSnapshot).not.toBeNull();
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('where the login has changed since the head that the database never heard of', async () => {
    const { here } = await aged();
    await here.use('ventas');
    await forgetHeads(here);
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('where the vault cannot be read: nothing is delayed for long, and the doctor says that nothing was checked', async () => {
    const { here, folder } = await Aged.make();
    await rename(here.vault, join(folder, 'unmounted'));
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    const { findings } = await examine(here.config());
    expect(findings).toContainEqual(expect.objectContaining({ id: 'vault_not_compared', severity: 'warning' }));
  });

  test('within seconds where the vault never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    const { here } = await Aged.make();
    const { port } = silent.address() as { port: number };
    Object.assign(here.env, { VAULT_URL: 's3://bucket/x', VAULT_S3_ENDPOINT: `http://127.0.0.1:${port}` });
    Object.assign(here.env, { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const began = performance.now();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    expect(performance.now() - began).toBeLessThan(25_000);
  });

  test('where the head is of another account', async () => {
    const { here } = await aged();
    const profiles = createProfileStore({ dataDir: here.dataDir });
    await profiles.updateRecord('ventas', { account: { id: '1@c.us', phone: '5215511112222', name: '' } });
    await writtenElsewhere(here, { account: { id: '2@c.us', phone: '5215533334444', name: '' } });
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('where the head is of another link of the account, written by another installation', async () => {
    const { here } = await aged();
    const link = (device: number) => ({ account: { id: '1@c.us', phone: '5215511112222', name: '', device } });
    await createProfileStore({ dataDir: here.dataDir }).updateRecord('ventas', link(1));
    await writtenElsewhere(here, link(2));
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
    await here.stop();
    // The same link is a newer state of the login in place.
    await writtenElsewhere(here, link(1));
    expect(await here.start()).toMatchObject([STARTS, VAULT_WAITS]);
  });

  test('once its account is accepted, of a session in WRONG_ACCOUNT whose record says no account: it waits for that alone', async () => {
    const { here } = await putBackAged();
    const STRANGER = { id: '2@c.us', phone: '5215533334444', name: '' };
    const OWNER = { id: '1@c.us', phone: '5215511112222', name: '' };
    const store = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
    const wrongAccount = { reason: 'other_account', account: STRANGER, session: null } as const;
    store.sessions.setAccount('ventas', { account: OWNER, wrongAccount });
    store.transitions.record('ventas', { from: 'READY', to: 'WRONG_ACCOUNT', reason: 'other_account', data: A_CHANGE });
    store.close();
    const waits = { state: 'WRONG_ACCOUNT', reason: 'other_account', stateKind: 'needs_person' };
    expect(await here.start()).toMatchObject([STARTS, waits]);
    expect(await here.restart()).toMatchObject([STARTS, waits]);
    const noted = createStateStore({ file: join(here.dataDir, 'session-manager.db') });
    expect(olderLogin(noted.facts, 'ventas')).toBeNull();
    noted.close();
    expect(await here.context.sessions.settleAccount('ventas', { accept: true })).toMatchObject(STARTS);
  });

  test('where the login was put in place here after that head: by a restore, a transfer, an import', async () => {
    const { here } = await aged();
    await forgetHeads(here);
    const profiles = createProfileStore({ dataDir: here.dataDir });
    const staged = join(here.dataDir, 'staging/older');
    await cp(profiles.locate('ventas'), staged, { recursive: true });
    await profiles.swapIn('ventas', staged, {
      reason: 'restored',
      generation: 1,
      committedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });

  test('with a clock 400 days ahead, and after it was corrected', async () => {
    const { here } = await Aged.make();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
    await here.start();
    await here.use('ventas');
    await here.snapshot('ventas');
    vi.useRealTimers();
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('at the first start after an upgrade, of a database of that version', async () => {
    const folder = await tempFolder();
    const here = await Installation.linked(folder);
    const file = join(here.dataDir, 'session-manager.db');
    await rm(file);
    for (const side of ['-wal', '-shm']) await rm(file + side, { force: true });
    const db = new Database(file);
    migrate(db, { ...SCHEMA, steps: MIGRATIONS.slice(0, 4) }, () => new Date());
    for (const name of ['soporte', 'ventas'])
      db.prepare(
        `INSERT INTO sessions (name, state, reason, since, desired, metadata, created_at, caught_up_to)
         VALUES (?, 'READY', 'linked', ?, 'running', '{}', ?, ?)`,
      ).run(name, AT, AT, AT);
    db.close();
    expect(await here.start()).toMatchObject([STARTS, STARTS]);
  });
});

describe('a folder of last week beside a vault of today', () => {
  test('is waited with, session by session, with both dates and two ways out', async () => {
    const { here } = await putBackAged();
    expect(await here.start()).toMatchObject([STARTS, VAULT_WAITS]);
    const { sessions, snapshots } = here.context;
    const refusal = { code: 'older_than_vault', status: 409, hint: expect.stringContaining('snapshot restore ventas') };
    await expect(sessions.start('ventas')).rejects.toMatchObject(refusal);
    await expect(sessions.restart('ventas')).rejects.toMatchObject(refusal);
    await expect(snapshots.create('ventas', { reason: 'requested' })).rejects.toMatchObject({
      code: 'older_than_vault',
    });
    const { hint } = await sessions.get('ventas');
    const [newest] = (await snapshots.list('ventas')).items;
    expect(hint).toContain(localTime(newest?.frozenAt ?? ''));
    expect(hint).toMatch(/last used \d{4}-.*--older-login/);
    const { findings } = await examine(here.config());
    expect(findings).toContainEqual(expect.objectContaining({ id: 'older_than_vault', severity: 'problem' }));
    // What was listed meanwhile is remembered, and does not pass for the folder's own.
    expect(await here.restart()).toMatchObject([STARTS, VAULT_WAITS]);
  });

  test('continues with the newer login once that is restored', async () => {
    const { here } = await putBackAged();
    await here.start();
    const { snapshots } = here.context;
    const [newest] = (await snapshots.list('ventas')).items;
    const wanted = { start: false, restart: false, overwriteNewer: false };
    const restored = await snapshots.restore('ventas', newest?.id ?? '', wanted);
    expect(restored).toMatchObject({ state: 'STOPPED', reason: 'restored' });
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('continues with the older login once the operator confirms it, and is not asked again', async () => {
    const { here } = await putBackAged();
    await here.start();
    expect(await here.context.sessions.start('ventas', { olderLogin: true })).toMatchObject(STARTS);
    expect(await here.restart()).toMatchObject([STARTS, STARTS]);
  });

  test('is told of also where the vault was written by another installation, to which the session was moved', async () => {
    const a = await aged();
    await a.here.start();
    await a.here.stop();
    await a.backUp();
    const db = new Database(join(a.here.dataDir, 'session-manager.db'));
    db.exec(`UPDATE vault_facts SET value = 'feedfeedfeedfeed' WHERE name = 'owner'`);
    db.close();
    await a.live('ventas');
    await a.putBack();
    expect(await a.here.start()).toMatchObject([STARTS, VAULT_WAITS]);
  });

  test('is not taken for one that continued because an earlier link had more changes', async () => {
    const a = await Aged.make();
    await a.live('ventas');
    await a.backUp();
    await a.here.start();
    await rm(join(a.here.dataDir, 'tokens/ventas/Default'), { recursive: true });
    await cp(join(a.here.dataDir, 'tokens/soporte/Default'), join(a.here.dataDir, 'tokens/ventas/Default'), {
      recursive: true,
    });
    await a.here.snapshot('ventas');
    await a.here.stop();
    await a.putBack();
    expect(await a.here.start()).toMatchObject([STARTS, VAULT_WAITS]);
  });

  test('on another disk, waits for the place first, and then for the vault', async () => {
    const a = await putBackAged();
    a.here.probe = { ...a.here.probe, type: () => 0xef53n, uuid: () => null };
    await writeFile(join(a.here.dataDir, 'unrelated'), '');
    await rememberPlace(a);
    const copy = a.here.at(join(a.folder, 'copy'));
    sh('cp', '-a', a.here.dataDir, copy.dataDir);
    expect((await copy.start()).map(({ reason }) => reason)).toEqual(['place_changed', 'place_changed']);
    expect(await copy.context.place.accept({ originRetired: true })).toMatchObject({
      ...{ accepted: ['soporte', 'ventas'], started: ['soporte'] },
    });
    expect((await copy.context.sessions.list()).items).toMatchObject([STARTS, VAULT_WAITS]);
  });
});

const AT = '2026-01-02T03:04:05.000Z';

/** A snapshot of a session of that name, by another installation on the same vault. */
async function writtenElsewhere(here: Installation, { account }: { account: Account }): Promise<void> {
  const other = await Installation.linked(await tempFolder());
  const sharing = new Installation(other.dataDir, here.vault);
  await createProfileStore({ dataDir: other.dataDir }).updateRecord('ventas', { account });
  await sharing.start();
  await sharing.snapshot('ventas');
  await sharing.stop();
}

/** The folder of last week, as it was when it was started in its place; nothing is looked at in the vault. */
async function rememberPlace({ here, folder }: Aged): Promise<void> {
  await rename(here.vault, join(folder, 'away'));
  await here.start();
  await here.stop();
  await rename(join(folder, 'away'), here.vault);
}
