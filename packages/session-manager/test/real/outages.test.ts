import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import { afterEach, describe, expect, test } from 'vitest';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

/** A page that does not come up is given up soon. */
const SOON_GIVEN_UP = { LAUNCH_DEADLINE_S: '5', LOAD_DEADLINE_S: '5' };

/** What must stay true while WhatsApp is away, and over a restart of the service. */
describe('a linked session', { timeout: 90_000 }, () => {
  let stage: Stage;
  readyBeforeEach(ANA, (ready) => {
    stage = ready;
  });

  afterEach(() => expect(stage.clones()).toEqual([]));

  test('tells messages that came while its socket was down once each, in order, in the same browser', async () => {
    const browser = stage.browserPid('ventas');
    await stage.world.faults.set({ outage: 'refused' });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'connection_lost');
    const texts = ['uno', 'dos', 'tres'];
    for (const text of texts) await stage.world.phone(BETO).send(ANA, text);
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY', 'connection_back');
    await stage.world.phone(BETO).send(ANA, 'live');
    await stage.event((event) => event.type === 'message.received' && event.data.text === 'live', 15_000, true);
    await stage.event((event) => event.type === 'message.received' && event.data.text === 'tres', 15_000, true);
    const told = (await stage.eventsOf('ventas', 'message.received')).map((event) => event.data.text);
    expect([...told].sort()).toEqual([...texts, 'live'].sort());
    expect(told.filter((text) => text !== 'live')).toEqual(texts);
    expect(stage.browserPid('ventas')).toBe(browser);
  });

  test('keeps its login when it is told to log out and WhatsApp does not answer', async () => {
    await stage.world.faults.set({ outage: 'hanging' });
    await expect(stage.sessions.logout('ventas')).rejects.toMatchObject({
      code: expect.stringMatching(/engine_failed|wrong_state/),
    });
    expect(await readdir(join(stage.dataDir, 'trash'))).toEqual([]);
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY');
    expect(stage.world.phone(ANA).devices).toHaveLength(1);
    await stage.world.phone(BETO).send(ANA, 'sigo');
    await stage.event((event) => event.type === 'message.received' && event.data.text === 'sigo', 15_000, true);
  });

  test('stays banned over a restart of the service, without a browser, keeps its login, and comes back when the ban is lifted', async () => {
    stage.world.phone(ANA).ban();
    const banned = await stage.until('ventas', 'DISCONNECTED_BANNED');
    expect(banned).toMatchObject({ stateKind: 'needs_person', canSend: false });
    await stage.stop();
    await stage.start();
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'DISCONNECTED_BANNED', reason: 'banned' });
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
    // At a start the library says nothing of a ban.
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'RECONNECTING');
    await stage.until('ventas', 'DISCONNECTED_BANNED');
    stage.world.phone(ANA).unban();
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('does not take a login back that is open elsewhere because the service was restarted', async () => {
    stage.world.phone(ANA).conflict();
    expect((await stage.until('ventas', 'ERROR', 'conflict')).hint).toContain('open somewhere else');
    await stage.stop();
    await stage.start();
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'ERROR', reason: 'conflict' });
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('is tried again after a restart of the service when only the machine was at fault', async () => {
    await stage.sessions.stop('ventas');
    await stage.stop();
    await stage.start({ CHROME_PATH: join(stage.dataDir, 'no-browser') });
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'ERROR', 'browser_missing');
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'READY');
  });

  test('tells its events in an order that its states can follow', async () => {
    await stage.sessions.restart('ventas');
    await stage.until('ventas', 'READY');
    const events = await stage.eventsOf('ventas', 'session.state');
    const ids = events.map(({ id }) => id);
    expect([...ids].sort((a, b) => a - b)).toEqual(ids);
    for (const [index, event] of events.entries()) {
      if (index > 0) expect(event.data.from).toBe(events[index - 1]?.data.to);
    }
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

  test('leaves READY within the probe deadline when the page hangs, and recovers by itself', async () => {
    await stage.stop();
    // A browser that stands still does not close: it is killed soon.
    await stage.start({ PROBE_DEADLINE_S: '3', STOP_DEADLINE_S: '2' });
    await stage.until('ventas', 'READY');
    for (const { pid } of groupMembers(stage.browserPid('ventas'))) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'probe_overdue');
    // Other tests take this one's turn on the processor now and then.
    expect(performance.now() - began).toBeLessThan(3000 + 7000);
    await stage.until('ventas', 'READY');
  });
});
