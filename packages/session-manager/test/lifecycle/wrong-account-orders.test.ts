import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '@leadmaster/protocol';
import { Slots } from '@leadmaster/service-kit/wait';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { StorageCare } from '../../src/disk/storage-care.ts';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { LoginCopies } from '../../src/snapshots/login-copies.ts';
import { Snapshots } from '../../src/snapshots/snapshots.ts';
import { SnapshotTurns } from '../../src/snapshots/turns.ts';
import { VaultKeeper } from '../../src/snapshots/vault-keeper.ts';
import type { TransferPeer } from '../../src/transfer/peer.ts';
import { TransferSource } from '../../src/transfer/source.ts';
import { plainCapture } from '../transfer/plain-capture.ts';
import { linkSession, NAME, openSessions, putLogin } from './linked-session.ts';

const OWNER: Account = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Owner' };
const STRANGER: Account = { id: '5491100000002@c.us', phone: '5491100000002', name: 'Stranger' };
const log = pino({ level: 'silent' });

function never(): never {
  throw new Error('nothing of this is reached');
}

type Around = Awaited<ReturnType<typeof around>>;

/** Sessions with a played engine, and all that takes, trims and gives away their profiles. */
async function around(dataDir: string) {
  const opened = await openSessions(dataDir);
  const { sessions, access, profileAccess, measurements, store, profiles } = opened;
  const paths = dataPaths(dataDir);
  const config = readConfig({ LEADMASTER_DATA_DIR: dataDir, DISK_MIN_FREE_MB: '1' });
  const vault = new VaultKeeper({ vault: config.vault, memory: store, paths, mayCreate: true, log });
  const copying = { config, paths, profiles, store, vault, log, capture: plainCapture };
  const turns = new SnapshotTurns(new Slots(1), log);
  const snapshots = new Snapshots({
    ...{ ...copying, access, turns, copies: new LoginCopies(copying, turns) },
    ...{ drill: { read: never, numbers: never }, browserVersion: async () => '156.0.0.0' },
  });
  const storage = new StorageCare({ access, profileAccess, measurements, profiles, store, config, log });
  const source = new TransferSource({
    ...{ paths, profiles, store, access, log, capture: plainCapture },
    connect: (origin) => ({ ...PEER, origin }),
    ...{ lockIdle: async () => ({ release: () => undefined }), lastSnapshot: never, refuseHeld: () => undefined },
  });
  await sessions.load();
  await sessions.boot();
  return { ...opened, vault, snapshots, storage, source };
}

const PEER: Omit<TransferPeer, 'origin'> = {
  ...{ look: never, prepare: never, missing: never, send: never, seal: never, commit: never },
  abort: async () => undefined,
};

let dataDir: string;
let here: Around;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-orders-'));
  prepareDataFolder(dataPaths(dataDir));
  await linkSession(dataDir);
  here = await around(dataDir);
  await vi.waitFor(() => expect(here.engine.runs).toHaveLength(1));
});

afterEach(async () => {
  await close();
  await rm(dataDir, { recursive: true, force: true });
});

async function close(): Promise<void> {
  await here.snapshots.close();
  await here.sessions.close();
  here.store.close();
}

async function restart(): Promise<void> {
  await close();
  here = await around(dataDir);
}

async function until(state: string): Promise<void> {
  await vi.waitFor(async () => expect((await here.sessions.get(NAME)).state).toBe(state), 5_000);
}

/** READY as its owner with a snapshot of that; then unlinked, and scanned by a stranger. */
async function wrong(): Promise<string> {
  here.engine.run.login(OWNER.phone);
  await until('READY');
  const { id } = await here.snapshots.create(NAME, { reason: 'requested' });
  here.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
  await vi.waitFor(() => expect(here.engine.runs).toHaveLength(2));
  here.engine.run.showQr();
  await until('QR_REQUIRED');
  await putLogin(here.profiles);
  here.engine.run.login(STRANGER.phone);
  await until('WRONG_ACCOUNT');
  return id;
}

/** Every order that copies the login in place, changes it, or gives it away. */
const ORDERS: [string, (id: string) => Promise<unknown>][] = [
  ['a snapshot', () => here.snapshots.create(NAME, { reason: 'requested' })],
  ['a snapshot by schedule', () => here.snapshots.create(NAME, { reason: 'schedule' })],
  ['an export that gives it up', (id) => here.snapshots.retire(NAME, id)],
  ['a transfer', () => here.source.transfer(NAME, { to: 'https://other.example', key: 'k' }, {})],
  ['a trim', () => here.storage.trim(NAME, { restart: true })],
];

async function expectUnchanged(runs: number): Promise<void> {
  expect(await here.sessions.get(NAME)).toMatchObject({ state: 'WRONG_ACCOUNT', reason: 'other_account' });
  expect(here.engine.alive).toHaveLength(runs === 0 ? 0 : 1);
  expect(here.engine.runs).toHaveLength(runs);
  expect((await here.snapshots.list(NAME)).items).toMatchObject([{ account: { phone: OWNER.phone } }]);
  expect(here.store.sessions.get(NAME)).toMatchObject({ wrongAccount: { account: { phone: STRANGER.phone } } });
  expect(here.store.events.after(0, 1000).filter(({ type }) => type === 'snapshot.failed')).toEqual([]);
}

describe('a session in WRONG_ACCOUNT', () => {
  test.each(ORDERS)('refuses %s while its browser runs, which stays', async (_, order) => {
    const id = await wrong();
    await expect(order(id)).rejects.toMatchObject({ code: 'wrong_account', hint: expect.stringContaining('--accept') });
    await expectUnchanged(2);
  });

  test.each(ORDERS)('refuses %s after a restart of the service, with no browser', async (_, order) => {
    const id = await wrong();
    await restart();
    await until('WRONG_ACCOUNT');
    await expect(order(id)).rejects.toMatchObject({ code: 'wrong_account' });
    await expectUnchanged(0);
  });

  test.each(ORDERS)('refuses %s once it is stopped', async (_, order) => {
    const id = await wrong();
    await here.sessions.stop(NAME);
    await expect(order(id)).rejects.toMatchObject({ code: 'wrong_account' });
    expect(await here.sessions.get(NAME)).toMatchObject({ state: 'STOPPED', reason: 'requested' });
  });

  test('is not copied before a logout or a delete either, and not trimmed when it is stopped', async () => {
    await wrong();
    await here.snapshots.before(NAME, 'before_delete');
    await here.sessions.stop(NAME);
    await here.storage.trimStopped(NAME);
    await here.snapshots.idle();
    expect((await here.snapshots.list(NAME)).items).toHaveLength(1);
  });

  test('exports a snapshot of its own account, from before', async () => {
    const id = await wrong();
    const passphrase = 'caballo batería grapa';
    const { snapshot, bytes } = await here.snapshots.export(NAME, id, { passphrase });
    await bytes[Symbol.asyncIterator]().return?.();
    expect(snapshot.account).toMatchObject({ phone: OWNER.phone });
  });

  test('takes all of these again once its account is accepted', async () => {
    await wrong();
    await here.sessions.settleAccount(NAME, { accept: true });
    await until('READY');
    expect(await here.snapshots.create(NAME, { reason: 'requested' })).toMatchObject({
      account: { phone: STRANGER.phone },
    });
    await expect(here.storage.trim(NAME, { restart: true })).resolves.toMatchObject({});
  });
});

describe('a snapshot that is ordered before it is known who is linked', () => {
  beforeEach(async () => {
    here.engine.run.login(OWNER.phone);
    await until('READY');
    await here.sessions.stop(NAME);
    // The profile alone was swapped: only the page can tell.
    await here.sessions.start(NAME);
    await vi.waitFor(() => expect(here.engine.runs).toHaveLength(2));
    here.engine.run.tell({ type: 'authenticated' });
    await until('AUTHENTICATED');
  });

  test('waits, and is refused when a stranger is linked', async () => {
    const ordered = here.snapshots.create(NAME, { reason: 'requested' });
    const refused = expect(ordered).rejects.toMatchObject({ code: 'wrong_account' });
    here.engine.run.login(STRANGER.phone);
    await refused;
    await until('WRONG_ACCOUNT');
    expect((await here.snapshots.list(NAME)).items).toEqual([]);
  });

  test('waits, and is taken when its own account is linked', async () => {
    const ordered = here.snapshots.create(NAME, { reason: 'requested' });
    here.engine.run.login(OWNER.phone);
    expect(await ordered).toMatchObject({ account: { phone: OWNER.phone } });
  });

  test('is not taken where it cannot wait: before a delete', async () => {
    await here.snapshots.before(NAME, 'before_delete');
    await here.snapshots.idle();
    expect(await historyOf()).toEqual([]);
    const [failed] = here.store.events.after(0, 1000).filter(({ type }) => type === 'snapshot.failed');
    expect(failed?.data).toMatchObject({
      code: 'wrong_state',
      detail: expect.stringMatching(/AUTHENTICATED.*not known/),
    });
  });
});

test('a login whose record names another account than the session belongs to is not copied, with no browser at all', async () => {
  here.engine.run.login(OWNER.phone);
  await until('READY');
  await here.sessions.stop(NAME);
  // Swapped by hand with its record; or the service died between the two words of a stranger's link.
  await here.profiles.updateRecord(NAME, { account: STRANGER });
  for (const order of ORDERS.filter(([what]) => what !== 'an export that gives it up' && what !== 'a trim')) {
    await expect(order[1](''), order[0]).rejects.toMatchObject({
      code: 'wrong_account',
      message: expect.stringMatching(/\+5491100000002.*\+5491100000001/),
      hint: expect.stringContaining('session start'),
    });
  }
  expect(await historyOf()).toEqual([]);
});

async function historyOf(): Promise<unknown[]> {
  return (await here.snapshots.list(NAME)).items;
}
