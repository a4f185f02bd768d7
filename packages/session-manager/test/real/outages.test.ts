import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

/** What must stay true while WhatsApp is away, and over a restart of the service. */
describe('a linked session', { timeout: 60_000 }, () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', ANA);
  });

  afterEach(async () => {
    expect(stage.clones()).toEqual([]);
    await stage[Symbol.asyncDispose]();
  });

  test('tells messages that came while its socket was down once each, in order, in the same browser', async () => {
    const browser = stage.browserPid('ventas');
    await stage.world.faults.set({ outage: 'refused' });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'connection_lost');
    const texts = ['uno', 'dos', 'tres'];
    for (const text of texts) await stage.world.phone(BETO).send(ANA, text);
    await stage.world.faults.clear();
    await stage.until('ventas', 'READY');
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

  test('stays banned over a restart of the service, without a browser, until the operator starts it', async () => {
    stage.world.phone(ANA).ban();
    await stage.until('ventas', 'DISCONNECTED_BANNED');
    await stage.stop();
    await stage.start();
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'DISCONNECTED_BANNED', reason: 'banned' });
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
    stage.world.phone(ANA).unban();
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
  });

  test('does not take a login back that is open elsewhere because the service was restarted', async () => {
    stage.world.phone(ANA).conflict();
    await stage.until('ventas', 'ERROR', 'conflict');
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
});
