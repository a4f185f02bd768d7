import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLine, groupMembers } from '@leadmaster/capture/processes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const PHONE = '5491100000001';
/** A page that does not come up is given up soon. */
const SOON_GIVEN_UP = { LOAD_DEADLINE_S: '5' };

/** Every fault of WhatsApp, the network and the browser: the right state, the right reason, and out of it again. */
describe('a linked session', { timeout: 90_000 }, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', PHONE);
  });

  afterEach(async () => {
    expect(stage.clones()).toEqual([]);
    await stage[Symbol.asyncDispose]();
  });

  test('goes to a fresh browser with a new QR when the phone unlinks it, its old profile in trash', async () => {
    const before = stage.browserPid('ventas');
    await stage.world.phone(PHONE).unlink();
    await stage.until('ventas', 'QR_REQUIRED');
    expect(await stage.path('ventas')).toContain('DISCONNECTED_LOGOUT unlinked');
    expect(stage.browserPid('ventas')).not.toBe(before);
    expect(groupMembers(before)).toEqual([]);
    expect(await trashed(stage)).toEqual([expect.stringMatching(/^ventas-.*-unlinked$/)]);
    const { qr } = await stage.nextQr('ventas');
    await stage.world.phone(PHONE).scan(qr);
    await stage.until('ventas', 'READY');
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'READY');
    expect((await stage.path('ventas')).at(-3)).toBe('RECONNECTING service_started');
  });

  test('notices an unlink that happened while it was off', async () => {
    await stage.stop();
    await stage.world.phone(PHONE).unlink();
    await stage.start();
    await stage.until('ventas', 'QR_REQUIRED');
    expect(await stage.path('ventas')).toContain('DISCONNECTED_LOGOUT unlinked_while_off');
    const { qr } = await stage.nextQr('ventas');
    await stage.world.phone(PHONE).scan(qr);
    await stage.until('ventas', 'READY');
  });

  test('says BANNED when the account is blocked live, keeps the login, and comes back when it is lifted', async () => {
    stage.world.phone(PHONE).ban();
    const banned = await stage.until('ventas', 'DISCONNECTED_BANNED');
    expect(banned).toMatchObject({ stateKind: 'needs_person', canSend: false });
    stage.world.phone(PHONE).unban();
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('says BANNED when the account is blocked at start, where the library says nothing', async () => {
    await stage.stop();
    stage.world.phone(PHONE).ban();
    await stage.start();
    await stage.until('ventas', 'DISCONNECTED_BANNED');
  });

  test('gives way when the same login is opened elsewhere, and waits for the operator', async () => {
    stage.world.phone(PHONE).conflict();
    const session = await stage.until('ventas', 'ERROR', 'conflict');
    expect(session.hint).toContain('open somewhere else');
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('tries again by itself while WhatsApp refuses the web version, and is READY when it no longer does', async () => {
    await stage.stop();
    await stage.world.faults.set({ deprecated: true });
    await stage.start();
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'web_version_deprecated');
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY');
  });

  test('leaves READY when the socket is refused, and comes back in the same browser', async () => {
    const before = stage.browserPid('ventas');
    await stage.world.faults.set({ outage: 'refused' });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'connection_lost');
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY', 'connection_back');
    expect(stage.browserPid('ventas')).toBe(before);
  });

  test('starts over with a growing pause while WhatsApp is out, and is READY when it is back', async () => {
    await stage.stop();
    await stage.world.faults.set({ outage: 'refused' });
    await stage.start(SOON_GIVEN_UP);
    const waiting = await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'load_overdue');
    expect(waiting.attempts).toBeGreaterThan(0);
    await stage.world.faults.clear();
    expect((await stage.until('ventas', 'READY')).canSend).toBe(true);
  });

  test('is not held by a server that accepts and never answers', async () => {
    await stage.stop();
    await stage.world.faults.set({ outage: 'hanging' });
    await stage.start(SOON_GIVEN_UP);
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'load_overdue');
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY');
  });

  test('survives a page that cannot be reached, which hangs behind a service worker', async () => {
    await stage.stop();
    await stage.world.faults.set({ outage: 'page_unreachable' });
    await stage.start(SOON_GIVEN_UP);
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE');
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

  test('leaves READY within the probe deadline when the page hangs, and recovers by itself', async () => {
    await stage.stop();
    await stage.start({ PROBE_DEADLINE_S: '3' });
    await stage.until('ventas', 'READY');
    for (const { pid } of groupMembers(stage.browserPid('ventas'))) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'probe_overdue');
    // Other tests take this one's turn on the processor now and then.
    expect(performance.now() - began).toBeLessThan(3000 + 7000);
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

  test('logs out at WhatsApp itself, and only then sets the profile aside', async () => {
    const session = await stage.sessions.logout('ventas');
    expect(session).toMatchObject({ state: 'STOPPED', reason: 'logged_out', account: null });
    expect(stage.world.phone(PHONE).devices).toEqual([]);
    expect(await trashed(stage)).toEqual([expect.stringMatching(/^ventas-.*-logged_out$/)]);
    await expect(stage.sessions.logout('ventas')).resolves.toMatchObject({ state: 'STOPPED' });
  });

  test('refuses to log out while it cannot tell WhatsApp, and keeps the login', async () => {
    await stage.sessions.stop('ventas');
    await expect(stage.sessions.logout('ventas')).rejects.toMatchObject({ code: 'wrong_state' });
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });
});

function isRenderer(pid: number): boolean {
  // Forked by the zygote, its arguments are one text.
  return commandLine(pid).join(' ').includes('--type=renderer');
}

async function trashed(stage: Stage): Promise<string[]> {
  return (await readdir(join(stage.dataDir, 'trash'))).filter((name) => !name.endsWith('.json'));
}
