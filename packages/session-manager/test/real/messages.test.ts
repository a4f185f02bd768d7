import type { Message } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const ACCOUNT = '5491100000001';
const CUSTOMER = '5491100000002';

/** What becomes of messages when something breaks under them. */
describe('messages on their way out', { timeout: 90_000 }, () => {
  let stage: Stage;
  readyBeforeEach(ACCOUNT, (ready) => {
    stage = ready;
  });

  const send = (text: string, to = CUSTOMER): Promise<Message> => stage.sessions.send('ventas', { to, text }, null);
  /** Of the latest messages. */
  const states = async (count = 100): Promise<string[]> =>
    (await stage.sessions.messages('ventas', count)).map(({ state }) => state);

  test('are settled after the browser was killed under a burst, and none is delivered twice', async () => {
    for (let i = 0; i < 6; i += 1) await send(`burst ${i}`);
    await vi.waitFor(async () => expect(await states()).not.toContain('QUEUED'), { timeout: 10_000 });
    process.kill(stage.browserPid('ventas'), 'SIGKILL');
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE');
    await stage.until('ventas', 'READY');
    await vi.waitFor(async () => expect(await states()).not.toContain('SENDING'), { timeout: 20_000, interval: 200 });
    const inbox = stage.world.phone(CUSTOMER).inbox.map(({ body }) => body);
    expect(new Set(inbox).size).toBe(inbox.length);
    const told = (await stage.sessions.messages('ventas', 100)).filter(({ state }) =>
      ['SENT', 'DELIVERED', 'READ'].includes(state),
    );
    expect(told.length).toBeLessThanOrEqual(inbox.length);
    // Every text that WhatsApp's server has is told as sent: only one that was just being handed over may stay in doubt.
    expect(inbox.length - told.length).toBeLessThanOrEqual(1);
  });

  test('go under the same key once a number that was not on WhatsApp has joined, and then once', async () => {
    const newcomer = '5491100000098';
    const order = () => stage.sessions.send('ventas', { to: newcomer, text: 'welcome' }, 'k1');
    const settled = (id: string) => stage.sessions.acknowledged('ventas', id, 30_000, AbortSignal.timeout(35_000));
    await stage.world.faults.set({ unregistered: [newcomer] });
    const first = await order();
    expect(await settled(first.id)).toMatchObject({ state: 'FAILED', code: 'recipient_unknown' });
    await stage.world.faults.set({ unregistered: [] });
    const second = await order();
    expect(second.replayed).toBe(false);
    expect(['SENT', 'DELIVERED', 'READ']).toContain((await settled(second.id)).state);
    expect(await order()).toMatchObject({ id: second.id, replayed: true });
    expect(stage.world.phone(newcomer).inbox.map(({ body }) => body)).toEqual(['welcome']);
  });

  test('fail before anything is sent when the number is not on WhatsApp', async () => {
    const unregistered = '5491100000099';
    await stage.world.faults.set({ unregistered: [unregistered] });
    const { id } = await send('anybody there?', unregistered);
    const failed = await stage.sessions.acknowledged('ventas', id, 30_000, AbortSignal.timeout(35_000));
    expect(failed).toMatchObject({
      state: 'FAILED',
      whatsappId: null,
      error: expect.stringContaining('not on WhatsApp'),
    });
  });

  test('are in doubt when the account is unlinked under them', async () => {
    await stage.world.faults.set({ messageAcks: 'none' });
    await send('into nothing');
    const handedOver = async () => (await stage.sessions.messages('ventas', 1))[0]?.whatsappId;
    await vi.waitFor(async () => expect(await handedOver()).toBeTruthy(), { timeout: 10_000 });
    expect(await states(1)).toEqual(['SENDING']);
    await stage.world.phone(ACCOUNT).unlink();
    await stage.until('ventas', 'QR_REQUIRED');
    expect(await states(1)).toEqual(['UNCERTAIN']);
  });
});
