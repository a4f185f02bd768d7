import { join } from 'node:path';
import type { FakeRun } from '@leadmaster/testkit';
import { pageMessage } from '@leadmaster/testkit';
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import type { PageMessage } from '../../src/engine/engine.ts';
import { NAME, never, openOutbox, TO } from './sending-out.ts';

const MINUTE = 60_000;
type Opened = Awaited<ReturnType<typeof openOutbox>>;

/** A message whose id is on disk, and a service that died right then. */
async function crashed() {
  const opened = await openOutbox();
  if (opened.now.run)
    opened.now.run.onSend = async ({ journal }, whatsappId) => {
      await journal(whatsappId);
      return Promise.withResolvers<never>().promise;
    };
  const id = await opened.handOver();
  opened.crash();
  expect(opened.row(id)).toMatchObject({ state: 'UNCERTAIN', code: 'no_answer' });
  const run = await opened.launch();
  return { opened, id, run };
}

/** A message whose id is on disk, and a run that did not say what became of it. */
async function unanswered() {
  const opened = await openOutbox();
  const run = opened.now.run as FakeRun;
  run.onSend = async ({ journal }, whatsappId) => {
    await journal(whatsappId);
    throw new Error('no answer');
  };
  const { id } = await opened.outbox.accept(NAME, { to: TO, text: 'hola' }, null);
  await vi.waitFor(() => expect(opened.row(id)?.state).toBe('UNCERTAIN'));
  return { opened, id, run };
}

const reconcile = (opened: Opened, run: FakeRun) => opened.outbox.reconcile(NAME, run, never, true);

describe('after a crash', () => {
  test('what had no id was never handed over', async () => {
    const opened = await openOutbox();
    const { message } = opened.store.messages.journal({ session: NAME, to: TO, text: 'hola', idempotencyKey: null });
    opened.crash();
    expect(opened.row(message.id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' });
    expect(opened.told()).toEqual(['message.failed FAILED']);
    opened.crash();
    expect(opened.told()).toHaveLength(1);
  });

  test.each([
    [1, 'SENT', null],
    [2, 'DELIVERED', null],
    [3, 'READ', null],
    [-1, 'FAILED', 'refused_by_whatsapp'],
    [0, 'UNCERTAIN', 'no_answer'],
  ] as const)('a message that the books have with acknowledgement %i is %s', async (ack, state, code) => {
    const { opened, id, run } = await crashed();
    run.acks.set(opened.waId(id), ack);
    await reconcile(opened, run);
    expect(opened.row(id)).toMatchObject({ state, code });
    expect(run.sent).toEqual([]);
  });

  test('a message that the books of the same profile never had was not handed over', async () => {
    const { opened, id, run } = await crashed();
    await reconcile(opened, run);
    expect(opened.row(id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' });
    expect(opened.told()).toEqual(['message.failed UNCERTAIN', 'message.failed FAILED']);
  });

  test('a message that the page had taken is in doubt when the books lack it: its chat may have been deleted', async () => {
    const opened = await openOutbox();
    const id = await opened.handOver();
    await vi.waitFor(() => expect(opened.store.messages.byWhatsappId(NAME, [opened.waId(id)])?.isTaken).toBe(true));
    opened.crash();
    await reconcile(opened, await opened.launch());
    expect(opened.row(id)).toMatchObject({ state: 'UNCERTAIN', code: 'no_answer' });
    expect(opened.told()).toEqual(['message.failed UNCERTAIN']);
  });

  test('a message that the page has shown as its own was taken', async () => {
    const { opened, id, run } = await unanswered();
    opened.outbox.acknowledge(NAME, [opened.waId(id)], 0);
    await vi.waitFor(() => expect(opened.store.messages.byWhatsappId(NAME, [opened.waId(id)])?.isTaken).toBe(true));
    opened.crash();
    await reconcile(opened, await opened.launch());
    expect(opened.row(id)?.state).toBe('UNCERTAIN');
    expect(run.sent).toHaveLength(0);
  });

  test('the books of another generation of the profile prove nothing', async () => {
    const { opened, id, run } = await crashed();
    opened.now.generation = 2;
    await reconcile(opened, run);
    expect(opened.row(id)?.state).toBe('UNCERTAIN');
  });

  test('the books prove nothing after the machine has restarted', async () => {
    const { opened, id, run } = await crashed();
    const db = new Database(join(opened.dir, 'state.db'));
    db.prepare('UPDATE messages SET boot_id = ?').run('another');
    db.close();
    await reconcile(opened, run);
    expect(opened.row(id)?.state).toBe('UNCERTAIN');
  });

  test('a page that does not answer proves nothing', async () => {
    const { opened, id, run } = await crashed();
    run.messages.ackOf = async () => {
      throw new Error('Execution context was destroyed');
    };
    await expect(reconcile(opened, run)).rejects.toThrow('Execution context');
    expect(opened.row(id)?.state).toBe('UNCERTAIN');
  });

  test('asks once in a run for what is days old, then for what is fresh', async () => {
    const { opened, id, run } = await crashed();
    const later = Date.now() + 3 * 24 * 60 * MINUTE;
    vi.useFakeTimers({ toFake: ['Date'], now: later });
    try {
      run.acks.set(opened.waId(id), 2);
      await opened.outbox.reconcile(NAME, run, never, false);
      expect(opened.row(id)?.state).toBe('UNCERTAIN');
      await opened.outbox.reconcile(NAME, run, never, true);
      expect(opened.row(id)?.state).toBe('DELIVERED');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('while the run that was given a message lives', () => {
  test('books that lack it prove nothing at first: it may be entered yet', async () => {
    const { opened, id, run } = await unanswered();
    await reconcile(opened, run);
    expect(opened.row(id)?.state).toBe('UNCERTAIN');
    const past = performance.now() + 3 * MINUTE;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(past);
    try {
      await reconcile(opened, run);
    } finally {
      clock.mockRestore();
    }
    expect(opened.row(id)).toMatchObject({ state: 'FAILED', code: 'not_handed_over' });
  });

  test('a message that the page has taken is never said to be lost', async () => {
    const opened = await openOutbox();
    const id = await opened.handOver();
    await vi.waitFor(() => expect(opened.now.run?.sent).toHaveLength(1));
    const run = await opened.launch();
    await reconcile(opened, run);
    expect(opened.row(id)?.state).toBe('SENDING');
  });
});

describe('a message without an id, of an older version', () => {
  async function older(texts: string[]) {
    const opened = await openOutbox();
    const ids = texts.map((text) => {
      const { message } = opened.store.messages.journal({ session: NAME, to: TO, text, idempotencyKey: null });
      opened.store.messages.update(message.id, { state: 'UNCERTAIN' });
      return message.id;
    });
    const search = () => opened.outbox.search(NAME, opened.now.run as FakeRun, true, never);
    const found = (...messages: PageMessage[]) => {
      if (opened.now.run) opened.now.run.missed = messages;
    };
    return { opened, ids, search, found };
  }
  const own = (id: string, text: string, more: Partial<PageMessage> = {}) =>
    pageMessage(id, { fromMe: true, text, chat: { id: '7002@lid', lid: '7002@lid', phone: TO, name: null }, ...more });

  test('is the only one of its text in its chat', async () => {
    const { opened, ids, search, found } = await older(['hola']);
    found(own('true_A', 'hola', { ack: 2 }), own('true_B', 'adios'), pageMessage('false_C', { text: 'hola' }));
    await search();
    expect(opened.row(ids[0] ?? '')).toMatchObject({ state: 'DELIVERED', whatsappId: 'true_A' });
  });

  test.each([
    ['none', []],
    ['several', [own('true_A', 'hola'), own('true_B', 'hola')]],
    [
      'one in another chat',
      [own('true_A', 'hola', { chat: { id: null, lid: null, phone: '5491100000009', name: null } })],
    ],
    ['one of another day', [own('true_A', 'hola', { timestamp: '2020-01-01T00:00:00.000Z' })]],
  ])('stays in doubt with %s, and is looked for once', async (_, messages) => {
    const { opened, ids, search, found } = await older(['hola']);
    found(...messages);
    await search();
    expect(opened.row(ids[0] ?? '')).toMatchObject({ state: 'UNCERTAIN', whatsappId: null });
    await search();
    expect(opened.now.run?.looks).toHaveLength(1);
  });

  test('stays in doubt where two rows say the same', async () => {
    const { opened, ids, search, found } = await older(['hola', 'hola']);
    found(own('true_A', 'hola'));
    await search();
    expect(ids.map((id) => opened.row(id)?.whatsappId)).toEqual([null, null]);
  });

  test('is looked for again after a look that was not whole', async () => {
    const { opened, ids, search } = await older(['hola']);
    const run = opened.now.run as FakeRun;
    run.onCatchUp = () => [{ messages: [], failed: [{ chatId: 'x', why: 'r: r' }], waiting: 0 }];
    await search();
    run.onCatchUp = () => [{ messages: [own('true_A', 'hola', { ack: 1 })], failed: [], waiting: 0 }];
    await search();
    expect(opened.row(ids[0] ?? '')?.state).toBe('SENT');
  });
});
