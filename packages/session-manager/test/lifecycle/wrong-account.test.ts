import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, AnyEvent, SessionState } from '@leadmaster/protocol';
import { pageMessage } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { linkSession, NAME, openSessions, putLogin } from './linked-session.ts';

type Opened = Awaited<ReturnType<typeof openSessions>>;

const OWNER = '5491100000001';
const STRANGER = '5491100000002';
const of = (phone: string, lid?: string): Account => ({
  ...{ id: `${phone}@c.us`, phone, name: 'Somebody' },
  ...(lid === undefined ? {} : { lid }),
});

describe('a session that belongs to an account', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-wrong-'));
    await linkSession(dataDir);
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
    await runs(1);
    opened.engine.run.login(OWNER);
    await until('READY');
  });

  afterEach(async () => {
    await opened.sessions.close();
    opened.store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function until(state: SessionState, reason?: string): Promise<void> {
    const expected = reason === undefined ? { state } : { state, reason };
    await vi.waitFor(async () => expect(await opened.sessions.get(NAME)).toMatchObject(expected), 5_000);
  }

  async function runs(count: number): Promise<void> {
    await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(count), 5_000);
  }

  /** The phone removes the link, and a QR is shown. */
  async function unlinked(): Promise<void> {
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
  }

  async function scannedBy(account: Account): Promise<void> {
    opened.engine.run.tell({ type: 'authenticated' });
    opened.engine.run.tell({ type: 'ready', account, webVersion: '2.3000.1' });
  }

  async function wrong(): Promise<void> {
    await unlinked();
    await scannedBy(of(STRANGER));
    await until('WRONG_ACCOUNT', 'other_account');
  }

  async function restarted(): Promise<void> {
    await opened.sessions.close();
    opened.store.close();
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
  }

  const told = (type: string): AnyEvent[] => opened.store.events.after(0, 1000).filter((event) => event.type === type);

  test('waits for the operator when another phone scans its QR, and tells both accounts', async () => {
    await wrong();
    expect(await opened.sessions.get(NAME)).toMatchObject({
      ...{ stateKind: 'needs_person', canSend: false, account: { phone: STRANGER } },
      hint: expect.stringMatching(new RegExp(`\\+${OWNER}.*\\+${STRANGER}.*account ventas --accept.*--unlink`)),
      action: { kind: 'account_accept', session: NAME },
      furtherActions: [{ kind: 'account_unlink', session: NAME }],
    });
    expect(told('session.state').at(-1)?.data).toMatchObject({ action: { kind: 'account_accept', session: NAME } });
    expect(told('session.account').map(({ data }) => data)).toEqual([
      {
        ...{ reason: 'other_account', session: null },
        old: expect.objectContaining({ phone: OWNER }),
        new: expect.objectContaining({ phone: STRANGER }),
      },
    ]);
    await expect(opened.sessions.send(NAME, { to: OWNER, text: 'hi' }, null)).rejects.toMatchObject({
      code: 'session_not_ready',
    });
    expect(opened.engine.alive).toHaveLength(1);
  });

  test.each([
    ['the same phone', of(OWNER)],
    ['its other spelling', of('541100000001')],
  ])('is READY when %s scans it again', async (_who, account) => {
    await unlinked();
    await scannedBy(account);
    await until('READY');
    expect(told('session.account')).toEqual([]);
  });

  test('is READY when its account has another number under the same LID, and tells the change', async () => {
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
    await scannedBy(of(OWNER, '7@lid'));
    await until('READY');
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await runs(3);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
    await scannedBy(of(STRANGER, '7@lid'));
    await until('READY');
    expect(told('session.account').map(({ data }) => data)).toMatchObject([
      { reason: 'number_changed', old: { phone: OWNER }, new: { phone: STRANGER } },
    ]);
    expect(opened.store.sessions.get(NAME)?.account).toMatchObject({ phone: STRANGER });
  });

  test('is READY with an account that cannot be compared', async () => {
    await unlinked();
    await scannedBy({ id: '9@lid', phone: '9', name: '', lid: '9@lid' });
    await until('READY');
  });

  test('tells what came in meanwhile once it is accepted, in order, and only then', async () => {
    await unlinked();
    opened.engine.run.tell({ type: 'message', message: pageMessage('one') });
    await scannedBy(of(STRANGER));
    await until('WRONG_ACCOUNT');
    opened.engine.run.tell({ type: 'message', message: pageMessage('two') });
    expect(told('message.received')).toEqual([]);
    await opened.sessions.settleAccount(NAME, { accept: true });
    await until('READY', 'account_accepted');
    await vi.waitFor(() => expect(told('message.received').map(({ data }) => data.whatsappId)).toEqual(['one', 'two']));
    expect(told('session.account').at(-1)?.data).toMatchObject({ reason: 'accepted', new: { phone: STRANGER } });
    expect(opened.engine.runs).toHaveLength(2);
    await restarted();
    await runs(1);
    opened.engine.run.login(STRANGER);
    await until('READY');
  });

  test('discards what came in when it is unlinked, shows a QR, and still belongs to its account', async () => {
    await wrong();
    const { run } = opened.engine;
    run.tell({ type: 'message', message: pageMessage('one') });
    await opened.sessions.settleAccount(NAME, { unlink: true });
    expect(run.isLoggedOut).toBe(true);
    await runs(3);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
    await scannedBy(of(OWNER));
    await until('READY');
    expect(told('message.received')).toEqual([]);
    expect(opened.store.transitions.list(NAME, 100).map(({ reason }) => reason)).toContain('account_refused');
  });

  test('waits across a restart of the service with no browser; accept starts it', async () => {
    await wrong();
    await restarted();
    await until('WRONG_ACCOUNT', 'other_account');
    expect(opened.engine.runs).toEqual([]);
    expect((await opened.sessions.get(NAME)).hint).toContain(`+${STRANGER}`);
    await opened.sessions.settleAccount(NAME, { accept: true });
    await runs(1);
    opened.engine.run.login(STRANGER);
    await until('READY');
  });

  test('is unlinked at WhatsApp after a restart as well, by a browser that is started for it', async () => {
    await wrong();
    await restarted();
    await opened.sessions.settleAccount(NAME, { unlink: true });
    await runs(1);
    const { run } = opened.engine;
    run.login(STRANGER);
    await vi.waitFor(() => expect(run.isLoggedOut).toBe(true));
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    expect(opened.store.sessions.get(NAME)).toMatchObject({ wrongAccount: null, account: { phone: OWNER } });
  });

  test('waits again after a stop and a start, and when its browser dies', async () => {
    await wrong();
    await opened.sessions.stop(NAME);
    await until('STOPPED');
    await opened.sessions.start(NAME);
    await runs(3);
    opened.engine.run.login(STRANGER);
    await until('WRONG_ACCOUNT');
    opened.engine.run.tell({ type: 'lost', reason: 'browser_died', detail: 'gone' });
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
    await until('WRONG_ACCOUNT', 'other_account');
    expect(told('session.account')).toHaveLength(1);
  });

  test('stays as it was when WhatsApp does not confirm that the link is removed', async () => {
    await wrong();
    opened.engine.run.logout = () => Promise.reject(new Error('no answer'));
    await expect(opened.sessions.settleAccount(NAME, { unlink: true })).rejects.toMatchObject({
      code: 'engine_failed',
    });
    await until('WRONG_ACCOUNT');
  });

  test('takes any account after a logout on purpose', async () => {
    await opened.sessions.logout(NAME);
    await until('STOPPED', 'logged_out');
    await opened.sessions.start(NAME);
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
    await scannedBy(of(STRANGER));
    await until('READY');
  });

  test('takes any account after a logout of a stopped session that holds no login, too', async () => {
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await opened.sessions.stop(NAME);
    expect(opened.store.sessions.get(NAME)?.account).toMatchObject({ phone: OWNER });
    await opened.sessions.logout(NAME);
    expect(opened.store.sessions.get(NAME)?.account).toBeNull();
  });

  test('keeps its account when the wrong one is logged out', async () => {
    await wrong();
    await opened.sessions.logout(NAME);
    await until('STOPPED', 'logged_out');
    expect(opened.store.sessions.get(NAME)).toMatchObject({ wrongAccount: null, account: { phone: OWNER } });
  });

  test('waits when its profile was swapped by hand, together with its record', async () => {
    await opened.sessions.stop(NAME);
    await opened.profiles.updateRecord(NAME, { account: of(STRANGER) });
    await opened.sessions.start(NAME);
    await runs(2);
    opened.engine.run.login(STRANGER);
    await until('WRONG_ACCOUNT', 'other_account');
  });

  test.each([
    ['another account', of(STRANGER), STRANGER],
    ['an account that is not known', null, OWNER],
  ])('belongs after a restore by order to whom the login is of: %s', async (_what, account, phone) => {
    await wrong();
    await opened.access.replace(NAME, { stop: true }, async () => {
      await opened.profiles.updateRecord(NAME, { account });
    });
    expect(opened.store.sessions.get(NAME)).toMatchObject({ wrongAccount: null, account: { phone } });
    await opened.sessions.start(NAME);
    await runs(3);
    opened.engine.run.login(phone);
    await until('READY');
  });

  test('is known by its record where it is from before owners were noted', async () => {
    opened.store.sessions.setAccount(NAME, { account: null });
    await restarted();
    await runs(1);
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await runs(2);
    opened.engine.run.showQr();
    await until('QR_REQUIRED');
    await putLogin(opened.profiles);
    await scannedBy(of(STRANGER));
    await until('WRONG_ACCOUNT', 'other_account');
  });

  test('refuses a word about its account where none waits', async () => {
    await expect(opened.sessions.settleAccount(NAME, { accept: true })).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(opened.sessions.settleAccount(NAME, { unlink: true })).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('refuses a pairing code for its number in another session, under any spelling, and names it', async () => {
    await opened.sessions.create({ name: 'soporte', start: true, metadata: {} });
    await runs(2);
    opened.engine.run.showQr();
    await vi.waitFor(async () => expect((await opened.sessions.get('soporte')).state).toBe('QR_REQUIRED'));
    await expect(opened.sessions.pairingCode('soporte', '541100000001')).rejects.toMatchObject({
      code: 'linked_elsewhere',
      extra: { session: NAME },
    });
    await expect(opened.sessions.pairingCode('soporte', STRANGER)).resolves.toMatchObject({ code: 'ABCD1234' });
  });

  test('lets another session wait that its phone scans, until that one is accepted; itself it continues', async () => {
    await opened.sessions.create({ name: 'soporte', start: true, metadata: {} });
    await runs(2);
    const other = opened.engine.run;
    other.showQr();
    await vi.waitFor(async () => expect((await opened.sessions.get('soporte')).state).toBe('QR_REQUIRED'));
    await putLogin(opened.profiles, 'soporte');
    other.login(OWNER);
    await vi.waitFor(async () =>
      expect(await opened.sessions.get('soporte')).toMatchObject({
        state: 'WRONG_ACCOUNT',
        reason: 'linked_elsewhere',
      }),
    );
    expect((await opened.sessions.get('soporte')).hint).toContain(NAME);
    await opened.sessions.restart(NAME);
    await runs(3);
    opened.engine.run.login(OWNER);
    await until('READY');
    await opened.sessions.settleAccount('soporte', { accept: true });
    await vi.waitFor(async () => expect((await opened.sessions.get('soporte')).state).toBe('READY'));
  });
});
