import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, groupMembers } from '@leadmaster/capture/processes';
import { afterEach, describe, expect, test } from 'vitest';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const PHONE = '5491100000001';

/** Faults of the account, the web version and the browser: the right state, the right reason, and out of it again. */
describe('a linked session', { timeout: 90_000 }, () => {
  let stage: Stage;
  readyBeforeEach(PHONE, (ready) => {
    stage = ready;
  });

  afterEach(() => expect(stage.clones()).toEqual([]));

  const trashed = async (why: string): Promise<string[]> =>
    (await readdir(join(stage.dataDir, 'trash'))).filter((name) => name.endsWith(`-${why}`));

  const scanned = async (): Promise<void> => {
    const { qr } = await stage.nextQr('ventas');
    await stage.world.phone(PHONE).scan(qr);
    await stage.until('ventas', 'READY');
  };

  test('goes to a fresh browser with a new QR when the phone unlinks it, and also when it was off meanwhile', async () => {
    const before = stage.browserPid('ventas');
    await stage.world.phone(PHONE).unlink();
    await stage.until('ventas', 'QR_REQUIRED');
    expect(await stage.path('ventas')).toContain('DISCONNECTED_LOGOUT unlinked');
    expect(stage.browserPid('ventas')).not.toBe(before);
    expect(groupMembers(before)).toEqual([]);
    expect(await trashed('unlinked')).toEqual([expect.stringMatching(/^ventas-/)]);
    await scanned();

    await stage.stop();
    await stage.world.phone(PHONE).unlink();
    await stage.start();
    await stage.until('ventas', 'QR_REQUIRED');
    const path = await stage.path('ventas');
    // The new login was found on disk.
    expect(path).toContain('RECONNECTING service_started');
    expect(path).toContain('DISCONNECTED_LOGOUT unlinked_while_off');
    await scanned();
  });

  test('tries again by itself while WhatsApp refuses the web version, and is READY when it no longer does', async () => {
    await stage.sessions.stop('ventas');
    await stage.world.faults.set({ deprecated: true });
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'web_version_deprecated');
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY');
  });

  test('starts again when the browser is killed', async () => {
    process.kill(stage.browserPid('ventas'), 'SIGKILL');
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'browser_died');
    await stage.until('ventas', 'READY');
  });

  test('starts again when the renderer is killed', async () => {
    const renderers = groupMembers(stage.browserPid('ventas')).filter(({ pid }) => isRenderer(pid));
    expect(renderers.length).toBeGreaterThan(0);
    for (const { pid } of renderers) process.kill(pid, 'SIGKILL');
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'renderer_died');
    await stage.until('ventas', 'READY');
  });

  test('tells messages that came while it was off, once each, and in order', async () => {
    await stage.stop();
    const texts = ['uno', 'dos', 'tres'];
    for (const text of texts) await stage.world.phone('5491100000002').send(PHONE, text);
    await stage.start();
    await stage.until('ventas', 'READY');
    await stage.event((event) => event.type === 'message.received' && event.data.text === 'tres', 15_000, true);
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'READY');
    await stage.world.phone('5491100000002').send(PHONE, 'live');
    await stage.event((event) => event.type === 'message.received' && event.data.text === 'live', 15_000, true);
    const told = (await stage.eventsOf('ventas', 'message.received')).map((event) => event.data.text);
    expect(told).toEqual([...texts, 'live']);
  });

  test('refuses to log out while it cannot tell WhatsApp, and keeps the login', async () => {
    await stage.sessions.stop('ventas');
    await expect(stage.sessions.logout('ventas')).rejects.toMatchObject({ code: 'wrong_state' });
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('logs out at WhatsApp itself, and only then sets the profile aside', async () => {
    const session = await stage.sessions.logout('ventas');
    expect(session).toMatchObject({ state: 'STOPPED', reason: 'logged_out', account: null });
    expect(stage.world.phone(PHONE).devices).toEqual([]);
    expect(await trashed('logged_out')).toEqual([expect.stringMatching(/^ventas-/)]);
    await expect(stage.sessions.logout('ventas')).resolves.toMatchObject({ state: 'STOPPED' });
  });
});

function isRenderer(pid: number): boolean {
  // Forked by the zygote, its arguments are one text.
  return commandLine(pid).join(' ').includes('--type=renderer');
}
