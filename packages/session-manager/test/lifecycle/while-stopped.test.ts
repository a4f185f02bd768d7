import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endSessions, linkSession, NAME, type Opened, openSessions } from './linked-session.ts';

/** Work that needs a profile for itself, on a session that may be running. */
describe('while a session is stopped for something', () => {
  let dataDir: string;
  let opened: Opened;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-while-'));
    await linkSession(dataDir);
    opened = await openSessions(dataDir);
    await opened.sessions.load();
  });

  afterEach(() => endSessions(opened, dataDir));

  async function state(wanted: string): Promise<void> {
    await vi.waitFor(async () => expect((await opened.sessions.get(NAME)).state).toBe(wanted), { interval: 2 });
  }

  async function ready(count = 1): Promise<void> {
    await vi.waitFor(() => expect(opened.engine.runs.length).toBe(count), { interval: 2 });
    opened.engine.run.login();
    await state('READY');
  }

  const trim = (restart: boolean, task: () => Promise<string>) =>
    opened.profileAccess.whileStopped(NAME, { restart, reason: 'trim' }, task);

  test('a stopped one stays so', async () => {
    expect(await trim(false, async () => 'done')).toBe('done');
    expect(await trim(true, async () => 'done')).toBe('done');
    expect((await opened.sessions.get(NAME)).state).toBe('STOPPED');
    expect(opened.engine.runs).toHaveLength(0);
  });

  test('a running one is left alone unless a restart is asked for', async () => {
    await opened.sessions.start(NAME);
    await ready();
    let isRun = false;
    const refused = trim(false, async () => {
      isRun = true;
      return '';
    });
    await expect(refused).rejects.toMatchObject({ code: 'session_running', extra: { state: 'READY' } });
    expect(isRun).toBe(false);
    expect((await opened.sessions.get(NAME)).state).toBe('READY');
  });

  test.each(['replace', 'moveAway'] as const)('what ran before a %s that is refused runs after it', async (order) => {
    const { sessions, access } = opened;
    await sessions.start(NAME);
    await ready();
    const refuse = async (): Promise<never> => {
      throw new LeadMasterError('newer_login', 'refused', '');
    };
    const judged = access.replace(NAME, { stop: true, judge: refuse }, async () => undefined);
    await expect(judged).rejects.toMatchObject({ code: 'newer_login' });
    expect((await sessions.get(NAME)).state).toBe('READY');
    expect(opened.engine.runs).toHaveLength(1);

    const given =
      order === 'replace' ? access.replace(NAME, { stop: true }, refuse) : access.moveAway(NAME, 'transferred', refuse);
    await expect(given).rejects.toMatchObject({ code: 'newer_login' });
    await ready(2);
    await sessions.stop(NAME);
    await expect(access.replace(NAME, { stop: true }, refuse)).rejects.toMatchObject({ code: 'newer_login' });
    expect((await sessions.get(NAME)).state).toBe('STOPPED');
  });

  test('with a restart its browser is gone meanwhile, and comes back', async () => {
    await opened.sessions.start(NAME);
    await ready();
    const during = await trim(true, async () => `${opened.engine.alive.length} alive`);
    expect(during).toBe('0 alive');
    await ready(2);
    expect((await opened.sessions.get(NAME)).desired).toBe('running');
  });

  test('it comes back also when the work fails', async () => {
    await opened.sessions.start(NAME);
    await ready();
    const failing = trim(true, async () => {
      throw new LeadMasterError('login_damaged', 'half', 'Look.');
    });
    await expect(failing).rejects.toMatchObject({ code: 'login_damaged' });
    await ready(2);
  });

  test('a stop that comes meanwhile is the later word', async () => {
    await opened.sessions.start(NAME);
    await ready();
    let stopping: Promise<unknown> = Promise.resolve();
    await trim(true, async () => {
      stopping = opened.sessions.stop(NAME);
      await new Promise(setImmediate);
      return '';
    });
    await stopping;
    await state('STOPPED');
    expect(opened.engine.runs).toHaveLength(1);
  });

  test('a browser that would not end keeps the profile from it', async () => {
    await opened.sessions.start(NAME);
    await ready();
    opened.engine.run.onStop = () => Promise.reject(new LeadMasterError('browser_not_gone', 'in state D', 'Wait.'));
    let isRun = false;
    await expect(
      trim(true, async () => {
        isRun = true;
        return '';
      }),
    ).rejects.toMatchObject({ code: 'browser_not_gone' });
    expect(isRun).toBe(false);
    opened.engine.run.onStop = async () => undefined;
  });

  test('a restart waits for the trim between', async () => {
    await opened.sessions.start(NAME);
    await ready();
    const seen: string[] = [];
    opened.around.storage.trimStopped = async () => {
      seen.push(`${opened.engine.alive.length} alive, ${(await opened.sessions.get(NAME)).state}`);
    };
    await opened.sessions.restart(NAME);
    expect(seen).toEqual(['0 alive, STOPPED']);
    await ready(2);
  });
});
