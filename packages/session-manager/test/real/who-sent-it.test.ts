import { describe, expect, test, vi } from 'vitest';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const ACCOUNT = '5491100000001';
const CUSTOMER = '5491100000002';

/** Messages of an account that is used here and on its phone, over the whole of a manager. */
describe('an account that writes here and elsewhere', { timeout: 90_000 }, () => {
  let stage: Stage;
  readyBeforeEach(ACCOUNT, (ready) => {
    stage = ready;
  });

  const texts = async (origin: string) =>
    (await stage.eventsOf('ventas', 'message.sent'))
      .filter(({ data }) => data.origin === origin)
      .map(({ data }) => data.text ?? data.whatsappId);

  test('tells what its phone sends once each, live and caught up, and what goes out here as its own', async () => {
    const phone = stage.world.phone(ACCOUNT);
    await phone.send(CUSTOMER, 'typed while on');
    await stage.event(({ data }) => data.text === 'typed while on', 15_000, true);
    const { id } = await stage.sessions.send('ventas', { to: CUSTOMER, text: 'from here' }, null);
    await vi.waitFor(
      async () => expect((await stage.sessions.message('ventas', id)).state).toMatch(/SENT|DELIVERED/),
      10_000,
    );
    await stage.stop();
    await phone.send(CUSTOMER, 'typed while off');
    await stage.world.phone(CUSTOMER).send(ACCOUNT, 'written while off');
    await stage.start();
    await stage.until('ventas', 'READY');
    const ready = Date.now();
    await stage.event(({ data }) => data.text === 'typed while off', 15_000, true);
    await stage.event(({ data }) => data.text === 'written while off', 15_000, true);
    expect(Date.now() - ready).toBeLessThan(30_000);
    expect(await texts('elsewhere')).toEqual(['typed while on', 'typed while off']);
    expect(await texts('api')).toEqual([(await stage.sessions.message('ventas', id)).whatsappId]);
    expect(await texts('unknown')).toEqual([]);
    const [first] = (await stage.eventsOf('ventas', 'message.sent')).filter(({ data }) => data.origin === 'elsewhere');
    expect(first?.data.recipient).toMatchObject({ phone: CUSTOMER });
  });

  test('finds out after the browser was killed what has become of a message, by the id on the disk', async () => {
    await stage.world.faults.set({ messageAcks: 'none' });
    const { id } = await stage.sessions.send('ventas', { to: CUSTOMER, text: 'into nothing' }, null);
    const journalled = async () => (await stage.sessions.message('ventas', id)).whatsappId;
    await vi.waitFor(async () => expect(await journalled()).toMatch(/^true_/), 10_000);
    const arrived = () => stage.world.phone(CUSTOMER).inbox.filter(({ body }) => body === 'into nothing');
    // Its id is on the disk before it leaves: killed in between, it would be a message that was never handed over.
    await vi.waitFor(() => expect(arrived()).toHaveLength(1), 10_000);
    process.kill(stage.browserPid('ventas'), 'SIGKILL');
    await stage.stop();
    await stage.world.faults.set({ messageAcks: 'normal' });
    await stage.start();
    await stage.until('ventas', 'READY');
    const whatsappId = await journalled();
    await vi.waitFor(
      async () => expect((await stage.sessions.message('ventas', id)).state).not.toMatch(/SENDING|QUEUED/),
      15_000,
    );
    const message = await stage.sessions.message('ventas', id);
    expect([whatsappId, arrived().length]).toEqual([message.whatsappId, 1]);
    expect(message.state).not.toBe('FAILED');
  });
});
