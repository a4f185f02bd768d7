import { join } from 'node:path';
import type { AnyEvent } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import { NotSent } from '../../src/engine/engine.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { LOCKED, NAME, never, openOutbox, TO } from './sending-out.ts';

const MINUTE = 60_000;

describe('the outbox', () => {
  test('says SENT only after the acknowledgement of the server, with who it is about', async () => {
    const { outbox, store, handOver, row, waId } = await openOutbox();
    const id = await handOver();
    expect(row(id)?.state).toBe('SENDING');
    outbox.acknowledge(NAME, ['false_sibling', waId(id)], 1);
    await vi.waitFor(() => expect(row(id)?.state).toBe('SENT'));
    expect(store.events.after(0, 10)).toMatchObject([
      {
        type: 'message.sent',
        data: {
          messageId: id,
          whatsappId: waId(id),
          origin: 'api',
          from: '5491100000001@c.us',
          to: TO,
          chatId: `${TO}@c.us`,
          sender: { id: '5491100000001@c.us', phone: '5491100000001', lid: null, name: 'Ventas' },
          recipient: { id: null, phone: TO, lid: null, name: null },
          chat: { id: `${TO}@c.us`, phone: TO, lid: null, name: null },
        },
      },
    ]);
  });

  test('has the id on disk before the page may send, in the same step as SENDING', async () => {
    const { outbox, now, row } = await openOutbox();
    const journalled = Promise.withResolvers<void>();
    const sent = Promise.withResolvers<void>();
    if (now.run)
      now.run.onSend = async ({ journal }) => {
        await journal('true_A');
        journalled.resolve();
        await sent.promise;
        return { whatsappId: 'true_A', ack: 0 };
      };
    const { id, state } = await outbox.accept(NAME, { to: TO, text: 'hola' }, null);
    expect(state).toBe('QUEUED');
    await journalled.promise;
    expect(row(id)).toMatchObject({ state: 'SENDING', whatsappId: 'true_A' });
    outbox.acknowledge(NAME, ['true_A'], 1);
    await vi.waitFor(() => expect(row(id)?.state).toBe('SENT'));
    sent.resolve();
  });

  test('makes texts that are handed in at once durable in one commit, while earlier ones are being sent', async () => {
    const { outbox, store, dir, handOver } = await openOutbox();
    await handOver();
    store.sessions.insert({ name: 'soporte', metadata: {}, desired: 'running' });
    const onDisk = createStateStore({ file: join(dir, 'state.db') });
    const accepted = Array.from({ length: 200 }, (_, i) =>
      outbox.accept(i % 2 === 0 ? NAME : 'soporte', { to: `${TO}${i % 10}`, text: `${i}` }, null),
    );
    await Promise.race(accepted);
    const durable = [NAME, 'soporte'].flatMap((name) => onDisk.messages.list(name, 500));
    onDisk.close();
    expect(durable).toHaveLength(201);
    expect(await Promise.all(accepted)).toHaveLength(200);
  });

  test('hands nothing over when the id cannot be written down', async () => {
    const { outbox, now, row, faults } = await openOutbox();
    faults.fails = (call) => call === 'messages.handOver';
    const { id } = await outbox.accept(NAME, { to: TO, text: 'hola' }, null);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' }));
    expect(now.run?.sent).toEqual([]);
  });

  test('closes the journal on what it has given up: a page that asks later is refused', async () => {
    const { outbox, now, row } = await openOutbox();
    const late = Promise.withResolvers<(whatsappId: string) => Promise<void>>();
    if (now.run)
      now.run.onSend = async ({ journal }) => {
        late.resolve(journal);
        throw new Error('no answer in time');
      };
    const { id } = await outbox.accept(NAME, { to: TO, text: 'hola' }, null);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' }));
    await expect((await late.promise)('true_A')).rejects.toThrow(/no longer to be handed over/);
    expect(row(id)).toMatchObject({ state: 'FAILED', whatsappId: null });
  });

  test.each([
    ['recipient_unknown', 'FAILED'],
    ['not_handed_over', 'FAILED'],
    [null, 'UNCERTAIN'],
  ] as const)('an error of the page with the proof %s after the id was written is %s', async (code, state) => {
    const { outbox, now, row, told } = await openOutbox();
    if (now.run)
      now.run.onSend = async ({ journal }) => {
        await journal('true_A');
        throw code === null ? new Error('r: r') : new NotSent(code, 'never handed to the page');
      };
    const { id } = await outbox.accept(NAME, { to: TO, text: 'hola' }, null);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ state, code: code ?? 'no_answer' }));
    expect(told()).toEqual([`message.failed ${state}`]);
  });

  test('sends one at a time in each chat, in order, and beside each other in different chats', async () => {
    const { outbox, now } = await openOutbox();
    const log: string[] = [];
    const open = new Map<string, () => void>();
    if (now.run)
      now.run.onSend = async ({ to, text, journal }, whatsappId) => {
        log.push(`${to}-${text}`);
        await journal(whatsappId);
        await new Promise<void>((resolve) => open.set(`${to}-${text}`, resolve));
        return { whatsappId, ack: 0 };
      };
    await Promise.all(
      [1, 2].flatMap((n) => ['a', 'b', 'c', 'd', 'e'].map((to) => outbox.accept(NAME, { to, text: `${n}` }, null))),
    );
    await vi.waitFor(() => expect(open.size).toBe(4));
    expect(log).toEqual(['a-1', 'b-1', 'c-1', 'd-1']);
    open.get('a-1')?.();
    await vi.waitFor(() => expect(log).toHaveLength(5));
    // A chat that has had its turn stands behind the one that had none.
    expect(log.at(-1)).toBe('e-1');
    open.get('b-1')?.();
    await vi.waitFor(() => expect(log.at(-1)).toBe('a-2'));
  });

  test('takes every name of one recipient for one chat', async () => {
    const { outbox, now, store } = await openOutbox();
    store.contacts.meet(NAME, { id: null, lid: '7002@lid', phone: TO, name: null }, false);
    const log: string[] = [];
    if (now.run)
      now.run.onSend = async ({ to, journal }, whatsappId) => {
        log.push(`${to} begins`);
        await journal(whatsappId);
        log.push(`${to} ends`);
        return { whatsappId, ack: 0 };
      };
    const names = [TO, `${TO}@c.us`, '7002@lid'];
    for (const to of names) await outbox.accept(NAME, { to, text: 'hola' }, null);
    await vi.waitFor(() => expect(log).toHaveLength(6));
    expect(log).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test('doubts what was not acknowledged in time, and believes a later word', async () => {
    const { outbox, now, handOver, row, told, waId } = await openOutbox();
    const id = await handOver();
    outbox.doubtOverdue(Date.now() + MINUTE);
    expect(row(id)?.state).toBe('SENDING');
    outbox.doubtOverdue(Date.now() + 3 * MINUTE);
    expect(row(id)).toMatchObject({
      state: 'UNCERTAIN',
      code: 'no_answer',
      error: expect.stringContaining('may still'),
    });
    outbox.doubtOverdue(Date.now() + 6 * MINUTE);
    now.run?.acks.set(waId(id), 1);
    if (now.run) await outbox.reconcile(NAME, now.run, never, false);
    expect(row(id)).toMatchObject({ state: 'SENT', error: null, code: null });
    expect(told()).toEqual(['message.failed UNCERTAIN', 'message.sent SENT']);
  });

  test('leaves nothing SENDING when the account is unlinked', async () => {
    const { outbox, handOver, row } = await openOutbox();
    const id = await handOver();
    outbox.abandon(NAME);
    expect(row(id)?.state).toBe('UNCERTAIN');
  });

  test('answers a repeated key with the message it made, and refuses it for another', async () => {
    const { outbox, handOver } = await openOutbox();
    const id = await handOver('hola', 'k1');
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, 'k1')?.id).toBe(id);
    expect(await outbox.accept(NAME, { to: TO, text: 'hola' }, 'k1')).toMatchObject({ id, replayed: true });
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, 'k2')).toBeNull();
    expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, null)).toBeNull();
    expect(() => outbox.repeated(NAME, { to: TO, text: 'adios' }, 'k1')).toThrow(/another message/);
  });

  test.each(['recipient_unknown', 'not_handed_over'] as const)(
    'sends again under its key what was certainly not sent: %s',
    async (code) => {
      const { outbox, now, row, handOver } = await openOutbox();
      const { run } = now;
      if (run === null) throw new Error('no run');
      const { onSend } = run;
      run.onSend = () => Promise.reject(new NotSent(code, 'not on WhatsApp'));
      const first = await outbox.accept(NAME, { to: TO, text: 'hola' }, 'k1');
      expect(first.replayed).toBe(false);
      await vi.waitFor(() => expect(row(first.id)).toMatchObject({ state: 'FAILED', code }));
      expect(outbox.repeated(NAME, { to: TO, text: 'hola' }, 'k1')).toBeNull();
      expect(() => outbox.repeated(NAME, { to: TO, text: 'adios' }, 'k1')).toThrow(/another message/);
      run.onSend = onSend;
      const again = await handOver('hola', 'k1');
      expect(again).not.toBe(first.id);
      expect(run.sent).toHaveLength(1);
      expect(row(first.id)).toMatchObject({ state: 'FAILED', code });
      expect(await outbox.accept(NAME, { to: TO, text: 'hola' }, 'k1')).toMatchObject({ id: again, replayed: true });
      expect(run.sent).toHaveLength(1);
    },
  );

  test('does not send again what has failed otherwise', async () => {
    const { outbox, handOver, waId, row } = await openOutbox();
    const id = await handOver('hola', 'k1');
    outbox.acknowledge(NAME, [waId(id)], -1);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ state: 'FAILED', code: 'refused_by_whatsapp' }));
    expect(await outbox.accept(NAME, { to: TO, text: 'hola' }, 'k1')).toMatchObject({ id, replayed: true });
  });

  test('fails what a session that left READY could not hand over', async () => {
    const { outbox, now, row } = await openOutbox();
    const run = now.run;
    now.run = null;
    const { id } = await outbox.accept(NAME, { to: TO, text: 'late' }, null);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' }));
    expect(run?.sent).toEqual([]);
  });

  test('answers who waits for a message once that one is settled', async () => {
    const { outbox, handOver, waId } = await openOutbox();
    const [one, two] = [await handOver('one'), await handOver('two')];
    const waiting = outbox.settled(NAME, two, 10_000, never);
    outbox.acknowledge(NAME, [waId(one)], 1);
    outbox.acknowledge(NAME, [waId(two)], -1);
    expect(await waiting).toMatchObject({ id: two, state: 'FAILED' });
  });
});

describe('a message that WhatsApp refuses', () => {
  test('is refused without a reason where the account is not restricted', async () => {
    const { outbox, handOver, row, waId } = await openOutbox();
    const id = await handOver();
    outbox.acknowledge(NAME, [waId(id)], -1);
    await vi.waitFor(() =>
      expect(row(id)).toMatchObject({ state: 'FAILED', code: 'refused_by_whatsapp', retryAt: null }),
    );
  });

  test('is restricted, with the end of the restriction, while the account may open no new chats', async () => {
    const { outbox, now, handOver, row, waId } = await openOutbox();
    const id = await handOver();
    now.limits = { newChats: LOCKED, since: new Date().toISOString() };
    if (now.run) now.run.opensChat = true;
    outbox.acknowledge(NAME, [waId(id)], -1);
    await vi.waitFor(() =>
      expect(row(id)).toMatchObject({ state: 'FAILED', code: 'account_restricted', retryAt: LOCKED.until }),
    );
  });

  test.each([
    ['that exists', false],
    ['of which the page cannot tell whether it exists', null],
  ])('is refused without a reason in a chat %s, though a lock comes soon afterwards', async (_, opens) => {
    const { outbox, now, store, handOver, row, waId } = await openOutbox();
    const asked: string[] = [];
    if (now.run)
      now.run.messages.opensNewChat = async (to) => {
        asked.push(to);
        return opens;
      };
    const before = await handOver('before the lock');
    outbox.acknowledge(NAME, [waId(before)], -1);
    await vi.waitFor(() => expect(row(before)?.code).toBe('refused_by_whatsapp'));
    now.limits = { newChats: LOCKED, since: new Date().toISOString() };
    outbox.restricted(NAME);
    const under = await handOver('under the lock');
    outbox.acknowledge(NAME, [waId(under)], -1);
    await vi.waitFor(() => expect(row(under)?.state).toBe('FAILED'));
    await vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(2));
    await store.later(() => undefined);
    expect([row(before), row(under)]).toMatchObject(Array(2).fill({ code: 'refused_by_whatsapp', retryAt: null }));
  });

  test('is refused without a reason in a chat that exists, under any restriction', async () => {
    const { outbox, now, row } = await openOutbox();
    now.limits = { newChats: LOCKED, since: new Date().toISOString() };
    const { id } = await outbox.accept(NAME, { to: TO, text: 'hola' }, null, false);
    await vi.waitFor(() => expect(row(id)?.whatsappId).not.toBeNull());
    outbox.acknowledge(NAME, [row(id)?.whatsappId ?? ''], -1);
    await vi.waitFor(() => expect(row(id)?.code).toBe('refused_by_whatsapp'));
  });

  test('is explained by a restriction that becomes known soon afterwards', async () => {
    const { outbox, now, store, handOver, row, waId } = await openOutbox();
    const id = await handOver();
    outbox.acknowledge(NAME, [waId(id)], -1);
    await vi.waitFor(() => expect(row(id)?.code).toBe('refused_by_whatsapp'));
    now.limits = { newChats: LOCKED, since: new Date().toISOString() };
    if (now.run) now.run.opensChat = true;
    outbox.restricted(NAME);
    outbox.restricted(NAME);
    await vi.waitFor(() => expect(row(id)).toMatchObject({ code: 'account_restricted', retryAt: LOCKED.until }));
    outbox.restricted(NAME);
    await store.later(() => undefined);
    expect(store.events.after(0, 10).map(({ data }: AnyEvent) => data.code)).toEqual([
      'refused_by_whatsapp',
      'account_restricted',
    ]);
  });
});
