import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTime, type SessionState } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSessions, NAME, type Opened, openSessions, putLogin } from './linked-session.ts';

describe('an account that wants a passkey', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-passkey-'));
    opened = await openSessions(dataDir);
    await opened.sessions.create({ name: NAME, start: true, metadata: {} });
    await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(1));
  });

  afterEach(() => endSessions(opened, dataDir));

  async function until(state: SessionState, reason: string): Promise<void> {
    await vi.waitFor(async () => expect(await opened.sessions.get(NAME)).toMatchObject({ state, reason }));
  }

  async function asked(ms = 60_000): Promise<Date> {
    const deadline = new Date(Date.now() + ms);
    opened.engine.run.showQr();
    await until('QR_REQUIRED', 'waiting_for_scan');
    opened.engine.run.tell({ type: 'passkey', until: deadline });
    // By what is recorded: a short deadline may have passed by the time of a look.
    await vi.waitFor(() =>
      expect(opened.store.transitions.list(NAME, 100).map(({ reason }) => reason)).toContain('passkey_required'),
    );
    return deadline;
  }

  test('is told with the deadline and the way out, and shows no QR', async () => {
    const deadline = await asked();
    opened.engine.run.showQr(2);
    const session = await opened.sessions.get(NAME);
    expect(session).toMatchObject({ stateKind: 'needs_person', canSend: false });
    expect(session.hint).toContain(localTime(deadline));
    expect(session.hint).toContain(`./leadmaster transfer ${NAME}`);
    await expect(opened.sessions.qr(NAME)).rejects.toMatchObject({
      code: 'not_waiting_for_qr',
      extra: { state: 'PASSKEY_REQUIRED', passkeyUntil: deadline.toISOString() },
    });
    expect(opened.engine.alive).toHaveLength(1);
  });

  test('is linked when its owner gives the passkey in a visible browser', async () => {
    await asked();
    await putLogin(opened.profiles);
    opened.engine.run.login();
    await until('READY', 'synced');
    expect(opened.store.transitions.list(NAME, 100).map(({ to }) => to)).toContain('AUTHENTICATED');
  });

  test('waits on, with the browser closed, when the deadline passes: no QR, no retry', async () => {
    await asked(30);
    await until('PASSKEY_REQUIRED', 'passkey_not_given');
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
    opened.engine.run.showQr(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened.engine.runs).toHaveLength(1);
    await until('PASSKEY_REQUIRED', 'passkey_not_given');
  });

  test('moves the deadline when the page continues to its next step', async () => {
    opened.engine.run.showQr();
    await until('QR_REQUIRED', 'waiting_for_scan');
    const later = new Date(Date.now() + 60_000);
    opened.engine.run.tell({ type: 'passkey', until: new Date(Date.now() + 100) });
    opened.engine.run.tell({ type: 'passkey', until: later });
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).hint).toContain(localTime(later)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await until('PASSKEY_REQUIRED', 'passkey_required');
  });

  test.each([
    { type: 'lost', reason: 'page_failed', detail: 'gone' },
    { type: 'unlinked', reason: 'LOGOUT' },
    { type: 'qr_exhausted' },
  ] as const)('waits on when the page ends with $type', async (event) => {
    await asked();
    opened.engine.run.tell(event);
    await until('PASSKEY_REQUIRED', 'passkey_not_given');
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
  });

  test('keeps the page when it is started again while the owner is at it, and links again afterwards', async () => {
    await asked();
    await opened.sessions.start(NAME);
    expect(opened.engine.runs).toHaveLength(1);
    opened.engine.run.tell({ type: 'lost', reason: 'page_failed', detail: 'gone' });
    await until('PASSKEY_REQUIRED', 'passkey_not_given');
    await opened.sessions.start(NAME);
    await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2));
    opened.engine.run.showQr();
    await until('QR_REQUIRED', 'waiting_for_scan');
  });

  test.each(['initializing', 'after the scan'])('is told also when it comes %s', async (when) => {
    if (when === 'after the scan') opened.engine.run.tell({ type: 'authenticated' });
    opened.engine.run.tell({ type: 'passkey', until: null });
    await until('PASSKEY_REQUIRED', 'passkey_required');
  });

  test('waits for its owner across a restart of the service', async () => {
    await asked();
    await opened.sessions.close();
    opened.store.close();
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
    await until('PASSKEY_REQUIRED', 'passkey_not_given');
    expect(opened.engine.runs).toEqual([]);
    expect(opened.store.sessions.get(NAME)?.desired).toBe('running');
  });
});
