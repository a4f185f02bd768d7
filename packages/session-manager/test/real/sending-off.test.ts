import type { Message } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const ACCOUNT = '5491100000001';
const CUSTOMER = '5491100000002';
const STRANGER = '5491100000003';

describe('a real session whose sending is switched off', { timeout: 120_000 }, () => {
  let stage: Stage;
  /** How much the customer had before the test. */
  let before = 0;
  readyBeforeEach(ACCOUNT, (ready) => {
    stage = ready;
    before = stage.world.phone(CUSTOMER).inbox.length;
  });

  const messages = (): Promise<Message[]> => stage.sessions.messages('ventas', 200);
  const inbox = (): string[] =>
    stage.world
      .phone(CUSTOMER)
      .inbox.slice(before)
      .map(({ body }) => body);
  const settled = async (): Promise<Message[]> => {
    await vi.waitFor(async () => {
      for (const { state } of await messages()) expect(['QUEUED', 'SENDING']).not.toContain(state);
    }, 60_000);
    return messages();
  };

  test('under a burst, has told of each text rightly whether it went out, and nothing follows', async () => {
    const texts = Array.from({ length: 12 }, (_one, at) => `text ${at}`);
    const ids = new Map<string, string>();
    for (const text of texts) ids.set((await stage.sessions.send('ventas', { to: CUSTOMER, text }, null)).id, text);
    await vi.waitFor(() => expect(inbox().length).toBeGreaterThan(0), 30_000);
    expect(await stage.sessions.change('ventas', { sending: 'off' })).toMatchObject({ state: 'READY', canSend: false });
    const refused = stage.sessions.send('ventas', { to: CUSTOMER, text: 'refused' }, null);
    await expect(refused).rejects.toMatchObject({ code: 'sending_off' });
    const after = await settled();
    const wentOut = after.filter(({ code }) => code !== 'sending_off').map(({ id }) => ids.get(id));
    expect(after.filter(({ state }) => state === 'UNCERTAIN')).toEqual([]);
    expect(wentOut.length).toBeLessThan(texts.length);
    // What the server has is at the phone a little later.
    await vi.waitFor(() => expect(inbox().toSorted()).toEqual(wentOut.toSorted()), 10_000);
    await stage.sessions.change('ventas', { sending: 'on' });
    const last = await stage.sessions.send('ventas', { to: CUSTOMER, text: 'last' }, null);
    await stage.sessions.acknowledged('ventas', last.id, 30_000, AbortSignal.timeout(35_000));
    await vi.waitFor(() => expect(inbox().toSorted()).toEqual([...wentOut, 'last'].toSorted()), 10_000);
  });

  test('hears all that comes, also after a restart of the service, and sends nothing', async () => {
    await stage.sessions.change('ventas', { sending: 'off' });
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'READY');
    expect(await stage.sessions.get('ventas')).toMatchObject({ sending: 'off', canSend: false });
    const after = stage.sessions.lastEventId();
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'are you there?');
    const told = async () => {
      const query = { session: 'ventas', after, limit: 100, waitMs: 0, signal: AbortSignal.timeout(5_000) };
      return (await stage.sessions.events(query)).items.flatMap(({ type, data }) =>
        type === 'message.received' ? [data.text] : [],
      );
    };
    await vi.waitFor(async () => expect(await told()).toEqual(['are you there?']), 20_000);
    const refused = stage.sessions.send('ventas', { to: CUSTOMER, text: 'no' }, null);
    await expect(refused).rejects.toMatchObject({ code: 'sending_off' });
    expect(inbox()).toEqual([]);
  });

  test('and that expects one number is WRONG_ACCOUNT when another phone scans, and READY with the right one', async () => {
    await stage.sessions.change('ventas', { expectedPhone: ACCOUNT });
    await stage.sessions.logout('ventas');
    await stage.sessions.start('ventas');
    await stage.world.phone(STRANGER).scan((await stage.nextQr('ventas')).qr);
    await stage.until('ventas', 'WRONG_ACCOUNT');
    await stage.sessions.settleAccount('ventas', { unlink: true });
    expect(stage.world.phone(STRANGER).devices).toEqual([]);
    await stage.world.phone(ACCOUNT).scan((await stage.nextQr('ventas')).qr);
    await stage.until('ventas', 'READY');
    expect((await stage.sessions.get('ventas')).expectedPhone).toBe(ACCOUNT);
  });
});
