import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { A_SNAPSHOT } from '../event-samples.ts';
import { bootLinked, endSessions, NAME, type Opened, openSessions } from './linked-session.ts';

describe('a login that its page erased', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    ({ dataDir, opened } = await bootLinked());
  });

  afterEach(() => endSessions(opened, dataDir));

  async function erased(reason: 'page_erased_login' | 'account_locked' = 'page_erased_login', detail = 'code 0') {
    opened.engine.run.tell({ type: 'erased', reason, detail });
    await vi.waitFor(async () =>
      expect(await opened.sessions.get(NAME)).toMatchObject({ state: 'AUTH_FAILURE', reason }),
    );
    await vi.waitFor(() => expect(opened.engine.alive).toEqual([]));
    return opened.sessions.get(NAME);
  }

  const snapshot = (id: string, at: Date, ok?: boolean): void => {
    opened.store.snapshots.created(NAME, { id, at: at.toISOString(), data: A_SNAPSHOT });
    if (ok !== undefined) opened.store.snapshots.verified(NAME, { id, at: at.toISOString(), ok, drill: false });
  };

  test('is AUTH_FAILURE when first seen at a start: browser stopped, no QR, the profile in its place', async () => {
    const session = await erased();
    opened.engine.run.showQr();
    expect(session).toMatchObject({ stateKind: 'needs_person' });
    expect(await opened.profiles.loginPresence(NAME)).toBe('present');
    await expect(opened.sessions.qr(NAME)).rejects.toMatchObject({ code: 'not_waiting_for_qr', hint: session.hint });
    expect(session.hint).toContain('No good snapshot');
  });

  test('names the newest good snapshot from before with the command that brings it back', async () => {
    snapshot('1-old', new Date(Date.now() - 3000));
    snapshot('2-good', new Date(Date.now() - 2000), true);
    snapshot('3-damaged', new Date(Date.now() - 1000), false);
    await erased();
    snapshot('4-of-the-erased-profile', new Date(Date.now() + 1000));
    const { hint } = await opened.sessions.get(NAME);
    expect(hint).toContain(`./leadmaster snapshot restore ${NAME} 2-good`);
  });

  test("tells WhatsApp's words of a locked account, bounded and without control characters", async () => {
    const { hint } = await erased('account_locked', `Your account\u001b[31m is\nlocked\u202e ${'x'.repeat(5000)}`);
    expect(hint).toMatch(/^Your account \[31m is locked x+\. Unlock it on the phone first\./);
    expect(hint.length).toBeLessThan(1500);
  });

  test("tells WhatsApp's words after a restart of the service, until the login is brought back", async () => {
    await erased('account_locked', 'Locked\u001b[31m: look at\nyour phone');
    const again = async () => {
      await opened.sessions.close();
      opened.store.close();
      opened = await openSessions(dataDir);
      await opened.sessions.load();
      return opened.sessions.get(NAME);
    };
    expect((await again()).hint).toMatch(/^Locked \[31m: look at your phone\. /);
    expect((await again()).hint).toMatch(/^Locked /);
    await opened.access.replace(NAME, { stop: false }, async () => undefined);
    expect((await again()).hint).not.toMatch(/Locked/);
  });

  test('is not started by a restart of the service, nor by a plain start or restart', async () => {
    await erased();
    for (const order of ['start', 'restart'] as const)
      await expect(opened.sessions[order](NAME)).rejects.toMatchObject({
        code: 'wrong_state',
        extra: { reason: 'page_erased_login' },
      });
    expect(await opened.sessions.stop(NAME)).toMatchObject({ state: 'AUTH_FAILURE', desired: 'stopped' });
    await opened.sessions.close();
    opened.store.close();
    opened = await openSessions(dataDir);
    await opened.sessions.load();
    await opened.sessions.boot();
    expect(opened.engine.runs).toEqual([]);
    expect(await opened.sessions.get(NAME)).toMatchObject({ state: 'AUTH_FAILURE', reason: 'page_erased_login' });
  });

  test('is linked again after a logout, which moves its profile to trash', async () => {
    await erased();
    await opened.sessions.logout(NAME);
    expect(await opened.profiles.loginPresence(NAME)).toBe('absent');
    await opened.sessions.start(NAME);
    await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(2));
    opened.engine.run.showQr();
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).state).toBe('QR_REQUIRED'));
  });
});
