import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, SessionState } from '@leadmaster/protocol';
import { useLevelDb } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { linkSession, NAME, type Opened, openSessions, putLogin, STORES } from './linked-session.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';
const COPY = 'copia';
const LINK = 12;

const of = (phone: string, device?: number): Account => ({
  ...{ id: `${phone}@c.us`, phone, name: 'Somebody' },
  ...(device === undefined ? {} : { device }),
});

/** `ventas` is READY as one link of Ana's account; other logins come beside it. */
describe('one login in two sessions', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-doubles-'));
    await linkSession(dataDir);
    await open();
    await logsIn(NAME, of(ANA, LINK));
    await until(NAME, 'READY');
  });

  afterEach(async () => {
    await opened.sessions.close();
    opened.store.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function open(): Promise<void> {
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
  }

  async function restarted(): Promise<void> {
    await opened.sessions.close();
    opened.store.close();
    await open();
  }

  const get = (name: string) => opened.sessions.get(name);
  const aliveOf = (name: string) => opened.engine.alive.filter(({ session }) => session === name);

  async function until(name: string, state: SessionState, reason?: string): Promise<void> {
    const expected = reason === undefined ? { state } : { state, reason };
    await vi.waitFor(async () => expect(await get(name)).toMatchObject(expected), 5_000);
  }

  /** The browser of a session that starts finds an account. */
  async function logsIn(name: string, account: Account): Promise<void> {
    await vi.waitFor(() => expect(aliveOf(name)).toHaveLength(1), 5_000);
    aliveOf(name)[0]?.tell({ type: 'authenticated' });
    aliveOf(name)[0]?.tell({ type: 'ready', account, webVersion: '2.3000.1' });
  }

  /** A login from elsewhere becomes a session; `account` is what its record says, null where it has none. */
  async function bring(name: string, account: Account | null): Promise<void> {
    const { roster, access, profiles } = opened;
    if (!roster.has(name)) await access.createFor(name, new Date(), 'adopted');
    await access.replace(name, { stop: false }, async () => {
      await profiles.create(name);
      await putLogin(profiles, name);
      await profiles.updateRecord(name, { committedAt: new Date().toISOString(), account });
    });
  }

  /** A copy without a record is brought and started; WhatsApp knocks the first out. */
  async function comesUp(account: Account): Promise<void> {
    await bring(COPY, null);
    await opened.sessions.start(COPY);
    const first = aliveOf(NAME)[0];
    await logsIn(COPY, account);
    first?.tell({ type: 'conflict' });
  }

  const refused = { code: 'linked_elsewhere', extra: expect.objectContaining({ session: NAME }) };

  describe.each([
    ['that is the same link', of(ANA, LINK)],
    ['of which the link is not known', of(ANA)],
  ])('a login whose record names the account, %s', (_what, account) => {
    beforeEach(() => bring(COPY, account));

    test('is refused before any browser starts, with or without a retired origin, and names the session that has it', async () => {
      await opened.profiles.updateRecord(COPY, { originRetired: false });
      for (const said of [{}, { originRetired: true }]) {
        const error = await opened.sessions.start(COPY, said).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject(refused);
        expect((error as { hint: string }).hint).toContain(`session delete ${NAME}`);
      }
      expect(await get(COPY)).toMatchObject({ state: 'STOPPED', desired: 'stopped', originRetired: false });
      expect(opened.engine.runs).toHaveLength(1);
      await until(NAME, 'READY');
    });

    test('is refused after a restart of the service, and while the other is stopped', async () => {
      await opened.sessions.stop(NAME);
      await restarted();
      await expect(opened.sessions.start(COPY)).rejects.toMatchObject(refused);
      await expect(opened.sessions.restart(COPY)).rejects.toMatchObject(refused);
      expect(opened.engine.runs).toEqual([]);
    });

    test('starts once the other is deleted, and is then whose account it is', async () => {
      await opened.sessions.delete(NAME);
      await opened.sessions.start(COPY);
      await logsIn(COPY, of(ANA, LINK));
      await until(COPY, 'READY');
      expect(opened.store.sessions.get(COPY)?.account).toMatchObject({ phone: ANA, device: LINK });
    });

    test('starts once the other is logged out', async () => {
      await opened.sessions.logout(NAME);
      await until(NAME, 'STOPPED', 'logged_out');
      await opened.sessions.start(COPY);
      await logsIn(COPY, of(ANA, LINK));
      await until(COPY, 'READY');
    });
  });

  test.each([
    [COPY, NAME, 'Only if you know that copia is the newer one'],
    [NAME, COPY, 'If it does not'],
  ])(
    '%s is told to be the older state of a link that both hold, and the copy is what is deleted first',
    async (older, newer, otherwise) => {
      await bring(COPY, of(ANA, LINK));
      for (const store of STORES) await useLevelDb(join(opened.profiles.locate(newer), store));
      const error = await opened.sessions.start(COPY).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ ...refused, extra: { session: NAME, older } });
      const { hint } = error as { hint: string };
      expect(hint).toContain(`${older} is the older state`);
      const [copy, otherOne] = [`session delete ${COPY}`, `session delete ${NAME}`].map((order) => hint.indexOf(order));
      expect(copy).toBeGreaterThan(-1);
      expect(copy).toBeLessThan(hint.indexOf(otherwise));
      expect(otherOne).toBeGreaterThan(hint.indexOf(otherwise));
    },
  );

  test('is not told which is older where their databases do not tell it', async () => {
    await bring(COPY, of(ANA, LINK));
    await expect(opened.sessions.start(COPY)).rejects.toMatchObject({
      hint: expect.stringContaining(`${COPY} may be an older state of the login`),
      extra: { session: NAME },
    });
  });

  test('another link of the account may start, and waits for a word with its browser', async () => {
    await bring(COPY, of(ANA, LINK + 1));
    await opened.sessions.start(COPY);
    await logsIn(COPY, of(ANA, LINK + 1));
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    expect((await get(COPY)).hint).toMatch(/--accept.*--unlink/);
    expect(aliveOf(COPY)).toHaveLength(1);
    await opened.sessions.settleAccount(COPY, { accept: true });
    await until(COPY, 'READY');
    await restarted();
    await logsIn(NAME, of(ANA, LINK));
    await logsIn(COPY, of(ANA, LINK + 1));
    await until(NAME, 'READY');
    await until(COPY, 'READY');
  });

  test.each([
    ['that is the same link', of(ANA, LINK)],
    ['of which the link is not known', of(ANA)],
  ])('a copy without a record, %s, has its browser ended, and the first comes back', async (_what, account) => {
    await comesUp(account);
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await vi.waitFor(() => expect(aliveOf(COPY)).toEqual([]));
    expect(await get(COPY)).toMatchObject({ canSend: false });
    expect((await get(COPY)).hint).toContain(`session delete ${COPY}`);
    await logsIn(NAME, of(ANA, LINK));
    await until(NAME, 'READY');
    await restarted();
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await logsIn(NAME, of(ANA, LINK));
    await until(NAME, 'READY');
    await expect(opened.sessions.start(COPY)).rejects.toMatchObject(refused);
    expect(aliveOf(COPY)).toEqual([]);
  });

  test('the first stays stopped where the operator has stopped it meanwhile', async () => {
    await bring(COPY, null);
    await opened.sessions.start(COPY);
    await opened.sessions.stop(NAME);
    await logsIn(COPY, of(ANA, LINK));
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
    await until(NAME, 'STOPPED');
  });

  test('a copy of the same link is neither accepted, unlinked nor logged out; to delete it tells WhatsApp nothing', async () => {
    await comesUp(of(ANA, LINK));
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await logsIn(NAME, of(ANA, LINK));
    await until(NAME, 'READY');
    const { hint } = await get(COPY);
    expect(hint).not.toMatch(/--unlink|--accept/);
    const { sessions, engine } = opened;
    const orders = [
      () => sessions.settleAccount(COPY, { unlink: true }),
      () => sessions.settleAccount(COPY, { accept: true }),
      () => sessions.logout(COPY),
    ];
    for (const order of orders) {
      const error = await order().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(refused);
      expect((error as { hint: string }).hint).toContain(`session delete ${COPY}`);
    }
    await sessions.delete(COPY);
    expect(engine.runs.some(({ isLoggedOut }) => isLoggedOut)).toBe(false);
    await until(NAME, 'READY');
  });

  test('a link that turns out to be the same is not removed, though the operator had ordered that without knowing', async () => {
    await comesUp(of(ANA));
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await logsIn(NAME, of(ANA, LINK));
    await until(NAME, 'READY');
    await opened.sessions.settleAccount(COPY, { unlink: true });
    await logsIn(COPY, of(ANA, LINK));
    await until(COPY, 'WRONG_ACCOUNT', 'linked_elsewhere');
    await vi.waitFor(() => expect(aliveOf(COPY)).toEqual([]));
    expect(opened.engine.runs.some(({ isLoggedOut }) => isLoggedOut)).toBe(false);
  });

  test('two sessions that had one link before this was noticed: one runs, and neither logs the other out', async () => {
    await opened.access.createFor(COPY, new Date(), 'adopted');
    await opened.profiles.create(COPY);
    await putLogin(opened.profiles, COPY);
    const record = { committedAt: new Date().toISOString(), account: of(ANA, LINK) };
    await opened.profiles.updateRecord(COPY, record);
    opened.store.sessions.setAccount(COPY, { account: of(ANA, LINK) });
    opened.store.sessions.setDesired(COPY, 'running');
    opened.store.sessions.touch(COPY, { lastReadyAt: new Date().toISOString() });
    await restarted();
    await vi.waitFor(() => expect(opened.engine.alive).toHaveLength(1));
    const [winner, loser] = aliveOf(NAME).length === 1 ? [NAME, COPY] : [COPY, NAME];
    await logsIn(winner, of(ANA, LINK));
    await until(winner, 'READY');
    await until(loser, 'ERROR', 'linked_elsewhere');
    expect((await get(loser)).hint).toContain(winner);
    for (const [name, other] of [[winner, loser] as const, [loser, winner] as const])
      await expect(opened.sessions.logout(name)).rejects.toMatchObject({
        ...{ code: 'linked_elsewhere', extra: { session: other } },
      });
    expect(opened.engine.runs.some(({ isLoggedOut }) => isLoggedOut)).toBe(false);
    await until(winner, 'READY');
  });

  test('what another account was seen in once, and is stopped, accuses no session: swapped folders that are swapped back', async () => {
    await bring('soporte', of(BETO, 3));
    await opened.sessions.start('soporte');
    await logsIn('soporte', of(BETO, 3));
    await until('soporte', 'READY');
    for (const name of [NAME, 'soporte']) await opened.sessions.stop(name);
    const swapped = [
      [NAME, of(BETO, 3)],
      ['soporte', of(ANA, LINK)],
    ] as const;
    for (const [name, account] of swapped) {
      await opened.sessions.start(name);
      await logsIn(name, account);
      await until(name, 'WRONG_ACCOUNT', 'other_account');
      await opened.sessions.stop(name);
      await until(name, 'STOPPED');
    }
    await restarted();
    const own = [
      [NAME, of(ANA, LINK)],
      ['soporte', of(BETO, 3)],
    ] as const;
    for (const [name, account] of own) {
      await opened.sessions.start(name);
      await logsIn(name, account);
      await until(name, 'READY');
    }
  });

  test('the link of another session in the place of its own is not removed either', async () => {
    await bring('soporte', of(BETO, 3));
    await opened.sessions.start('soporte');
    await logsIn('soporte', of(BETO, 3));
    await until('soporte', 'READY');
    await opened.sessions.restart('soporte');
    await logsIn('soporte', of(ANA, LINK));
    await until('soporte', 'WRONG_ACCOUNT', 'other_account');
    await vi.waitFor(() => expect(aliveOf('soporte')).toEqual([]));
    for (const word of [{ unlink: true }, { accept: true }] as const)
      await expect(opened.sessions.settleAccount('soporte', word)).rejects.toMatchObject(refused);
    await expect(opened.sessions.logout('soporte')).rejects.toMatchObject(refused);
    expect(opened.engine.runs.some(({ isLoggedOut }) => isLoggedOut)).toBe(false);
  });

  test('two copies that are started at once: one comes up', async () => {
    await opened.sessions.delete(NAME);
    for (const name of ['uno', 'dos']) await bring(name, of(ANA));
    const ends = await Promise.allSettled(['uno', 'dos'].map((name) => opened.sessions.start(name)));
    await vi.waitFor(() => expect(opened.engine.alive).toHaveLength(1));
    expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
    const states = await Promise.all(['uno', 'dos'].map(async (name) => (await get(name)).state));
    expect(states.filter((state) => state === 'RECONNECTING')).toHaveLength(1);
  });
});
