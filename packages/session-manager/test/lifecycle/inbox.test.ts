import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyEvent, localTime } from '@leadmaster/protocol';
import { pageMessage } from '@leadmaster/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PageMessage } from '../../src/engine/engine.ts';
import { received } from '../event-samples.ts';
import { linkSession, NAME, openSessions } from './linked-session.ts';

const MINUTE = 60_000;
/** WhatsApp's clock; this machine's may say otherwise. */
const NOW = Date.parse('2026-09-20T12:00:00.000Z');
const at = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();

describe('the inbox', () => {
  let dir: string;
  let opened: Awaited<ReturnType<typeof openSessions>>;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leadmaster-inbox-'));
    await linkSession(dir);
    opened = await openSessions(dir);
    opened.store.sessions.tellFrom(NAME, new Date(NOW - 60 * MINUTE));
    await opened.sessions.load();
  });

  afterEach(async () => {
    await opened.sessions.close();
    opened.store.close();
    await rm(dir, { recursive: true, force: true });
  });

  type Run = typeof opened.engine.run;

  /** Starts the session; its run is as `prepare` has made it when it becomes READY. */
  async function ready(prepare: (run: Run) => void = () => undefined): Promise<Run> {
    const count = opened.engine.runs.length;
    await opened.sessions.start(NAME);
    await vi.waitFor(() => expect(opened.engine.runs.length).toBe(count + 1));
    const { run } = opened.engine;
    run.now = new Date(NOW);
    prepare(run);
    run.login();
    await vi.waitFor(() => expect(run.looks.length).toBeGreaterThan(0), { timeout: 5_000 });
    return run;
  }

  const tell = (message: PageMessage) => opened.engine.run.tell({ type: 'message', message });
  const events = (): AnyEvent[] =>
    opened.store.events.after(0, 1_000).filter(({ type }) => /^(message|contact)\./.test(type));
  const told = () => events().map(({ type, data }) => `${type} ${data.whatsappId ?? data.lid}`);
  const caughtUpTo = () => opened.store.sessions.get(NAME)?.caughtUpTo;

  test('tells a message with the strings and the addresses, without what is its own business', async () => {
    await ready();
    tell(pageMessage('false_A', { timestamp: at(0) }));
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    const nobody = { id: null, lid: null, phone: null, name: null };
    expect(events()[0]?.data).toEqual({
      ...{ whatsappId: 'false_A', messageId: 'false_A', type: 'chat', text: 'Hola', timestamp: at(0), caughtUp: false },
      ...{ chatId: '5491100000003@c.us', from: '5491100000003@c.us', to: '5491100000001@c.us' },
      ...{ sender: nobody, recipient: nobody, chat: nobody },
    });
  });

  test('tells a message once, live, caught up, and under the id of the sibling chat', async () => {
    const run = await ready();
    tell(pageMessage('false_5491100000003@c.us_A', { timestamp: at(-1) }));
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    const ids = ['false_7001@lid_A', 'false_5491100000003@c.us_A'];
    run.missed = [
      pageMessage('false_7001@lid_A', { ids, timestamp: at(-1) }),
      pageMessage('false_B', { timestamp: at(-1) }),
    ];
    run.tell({
      type: 'ready',
      account: { id: '5491100000001@c.us', phone: '5491100000001', name: '' },
      webVersion: '',
    });
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(told()[1]).toBe('message.received false_B');
    // The other id is known from now on as well.
    tell(pageMessage('false_7001@lid_A', { timestamp: at(-1) }));
    tell(pageMessage('false_C', { timestamp: at(0) }));
    await vi.waitFor(() => expect(told().at(-1)).toBe('message.received false_C'));
    expect(told()).toHaveLength(3);
  });

  test('tells what the account sends elsewhere, and of what it sends from here the acknowledgement alone', async () => {
    const run = await ready();
    let seen: string | null = null;
    run.onSend = async ({ journal }, whatsappId) => {
      await journal(whatsappId);
      // The page's own event comes before the call returns.
      seen = whatsappId;
      tell(pageMessage(whatsappId, { fromMe: true, timestamp: at(0) }));
      return { whatsappId, ack: 1 };
    };
    await opened.sessions.send(NAME, { to: '5491100000003', text: 'from here' }, null);
    await vi.waitFor(() => expect(told()).toEqual([`message.sent ${seen}`]));
    tell(pageMessage('true_B', { fromMe: true, text: 'typed', timestamp: at(0) }));
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(events().map(({ type, data }) => [type, data.origin, data.text])).toEqual([
      ['message.sent', 'api', undefined],
      ['message.sent', 'elsewhere', 'typed'],
    ]);
    run.tell({ type: 'ack', ids: ['true_B'], ack: 3 });
    tell(pageMessage('false_C', { timestamp: at(0) }));
    await vi.waitFor(() => expect(told().at(-1)).toBe('message.received false_C'));
    expect(told()).toHaveLength(3);
  });

  test('says unknown where a message might be a row that has no id', async () => {
    const row = opened.store.messages.journal({
      session: NAME,
      to: '5491100000003',
      text: 'old',
      idempotencyKey: null,
    });
    opened.store.messages.update(row.message.id, { state: 'UNCERTAIN' });
    await ready();
    const lid = { id: '7001@lid', lid: '7001@lid', phone: null, name: null };
    const own = { fromMe: true, chatId: '7001@lid', chat: lid, recipient: lid, to: '7001@lid' };
    tell(pageMessage('true_A', { ...own, text: 'old' }));
    tell(pageMessage('true_B', { ...own, text: 'new' }));
    await vi.waitFor(() => expect(events()).toHaveLength(2));
    expect(events().map(({ data }) => data.origin)).toEqual(['unknown', 'elsewhere']);
  });

  test('completes addresses, and tells a pair that is learnt late', async () => {
    const run = await ready();
    const lid = { id: '7001@lid', lid: '7001@lid', phone: null, name: null };
    tell(pageMessage('false_A', { sender: lid, chat: lid, timestamp: at(0) }));
    run.tell({ type: 'mapped', lid: '7001@lid', phone: '5491100000003', name: 'Ana' });
    tell(pageMessage('false_B', { sender: lid, chat: lid, timestamp: at(0) }));
    await vi.waitFor(() => expect(events()).toHaveLength(3));
    expect(told()).toEqual(['message.received false_A', 'contact.mapped 7001@lid', 'message.received false_B']);
    expect(events()[2]?.data.sender).toEqual({ ...lid, phone: '5491100000003', name: 'Ana' });
  });

  test('writes down where it stands by the times of messages, never by this machine', async () => {
    const run = await ready((first) => {
      first.missed = [pageMessage('false_A', { timestamp: at(-5) }), pageMessage('false_B', { timestamp: at(-7) })];
    });
    await vi.waitFor(() => expect(caughtUpTo()).toBe(at(-5)));
    expect(run.looks[0]).toEqual({ since: new Date(at(-60)), mayLoadEarlier: true });
    // A message that claims to be from the future moves nothing beyond WhatsApp's own time.
    run.missed = [pageMessage('false_C', { timestamp: at(600) })];
    run.tell({ type: 'ready', account: { id: '1@c.us', phone: '1', name: '' }, webVersion: '' });
    await vi.waitFor(() => expect(caughtUpTo()).toBe(at(0)));
    expect(run.looks.at(-1)?.since).toEqual(new Date(at(-15)));
  });

  test('tells nothing older than the link, and asks for nothing earlier until six minutes after it', async () => {
    opened.store.sessions.tellFrom(NAME, null);
    const history = [pageMessage('false_OLD', { timestamp: at(-1) }), pageMessage('false_NEW', { timestamp: at(0) })];
    const run = await ready((first) => {
      first.missed = history;
    });
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_NEW']));
    expect(run.looks[0]).toEqual({ since: new Date(NOW), mayLoadEarlier: false });
    // It did not ask for all that there may be: nothing counts as caught up.
    expect(caughtUpTo()).toBe(at(0));
    await opened.sessions.stop(NAME);
    const second = await ready((again) => {
      again.now = new Date(NOW + 5 * MINUTE);
      again.missed = [pageMessage('false_LATER', { timestamp: at(4) })];
    });
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(second.looks[0]?.mayLoadEarlier).toBe(false);
    expect(caughtUpTo()).toBe(at(0));
    await opened.sessions.stop(NAME);
    const third = await ready((again) => {
      again.now = new Date(NOW + 6 * MINUTE);
      again.missed = [pageMessage('false_LATER', { timestamp: at(4) })];
    });
    await vi.waitFor(() => expect(caughtUpTo()).toBe(at(4)));
    expect(third.looks[0]).toEqual({ since: new Date(NOW), mayLoadEarlier: true });
    expect(told()).toHaveLength(2);
  });

  test.each([-50, 50])('misses nothing with a clock that is %i minutes off while it links', async (off) => {
    opened.store.sessions.tellFrom(NAME, null);
    vi.useFakeTimers({ toFake: ['Date'], now: NOW + off * MINUTE });
    try {
      await ready();
      tell(pageMessage('false_A', { timestamp: at(1) }));
      await vi.waitFor(() => expect(told()).toEqual(['message.received false_A']));
      await opened.sessions.stop(NAME);
      vi.setSystemTime(NOW + 20 * MINUTE);
      await ready((run) => {
        run.now = new Date(NOW + 20 * MINUTE);
        run.missed = [pageMessage('false_A', { timestamp: at(1) }), pageMessage('false_B', { timestamp: at(10) })];
      });
      await vi.waitFor(() => expect(told()).toEqual(['message.received false_A', 'message.received false_B']));
    } finally {
      vi.useRealTimers();
    }
  });

  test('tells the others when one chat fails, stays where it stands, and looks again soon', {
    timeout: 20_000,
  }, async () => {
    let isBroken = true;
    await ready((run) => {
      run.onCatchUp = () => [
        {
          messages: [pageMessage('false_GOOD', { timestamp: at(-1) })],
          failed: isBroken ? [{ chatId: 'bad@c.us', why: 'r:\u001b[2J r' }] : [],
          waiting: 0,
        },
        { messages: isBroken ? [] : [pageMessage('false_LATE', { timestamp: at(-30) })], failed: [], waiting: 0 },
      ];
    });
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_GOOD']));
    expect(caughtUpTo()).toBe(at(-60));
    // Told where operators look, with the time of the next try.
    const late = async () => (await opened.sessions.check(NAME)).checks.find(({ name }) => name === 'missed chats');
    await vi.waitFor(async () => expect(await late()).toMatchObject({ ok: false }));
    const { retryAt } = opened.store.pages.get(NAME).unread ?? { retryAt: '' };
    expect((await late())?.detail).toContain(`(bad@c.us: r: [2J r); tried again at ${localTime(retryAt)}`);
    expect(Date.parse(retryAt)).toBeGreaterThan(Date.now() - 1_000);
    isBroken = false;
    await vi.waitFor(() => expect(told()).toContain('message.received false_LATE'), { timeout: 10_000 });
    await vi.waitFor(() => expect(caughtUpTo()).toBe(at(-1)));
    await vi.waitFor(async () => expect(await late()).toBeUndefined());
  });

  test('waits for a text that has not come yet, and tells the message once, with it', { timeout: 20_000 }, async () => {
    let waiting = 1;
    await ready((run) => {
      run.onCatchUp = () => [
        {
          messages: waiting === 0 ? [pageMessage('false_A', { timestamp: at(-30), text: 'here it is' })] : [],
          failed: [],
          waiting,
        },
      ];
    });
    tell(pageMessage('false_A', { type: 'ciphertext', text: '', timestamp: at(-30) }));
    tell(pageMessage('false_B', { timestamp: at(0) }));
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_B']));
    expect(caughtUpTo()).toBe(at(-60));
    waiting = 0;
    await vi.waitFor(() => expect(told()).toHaveLength(2), { timeout: 10_000 });
    expect(events()[1]?.data.text).toBe('here it is');
  });

  test('a live message does not move it past what no look has found yet', async () => {
    const release = Promise.withResolvers<void>();
    const run = await ready((first) => {
      first.catchUp = async function* (from) {
        first.looks.push(from);
        await release.promise;
        yield { messages: [], failed: [{ chatId: 'x', why: 'the page reloads' }], waiting: 0 };
      };
    });
    tell(pageMessage('false_LIVE', { timestamp: at(0) }));
    await vi.waitFor(() => expect(told()).toHaveLength(1));
    release.resolve();
    await opened.sessions.stop(NAME);
    expect(run.looks[0]?.since).toEqual(new Date(at(-60)));
    expect(caughtUpTo()).toBe(at(-60));
  });

  test('a connection that comes back is looked after once, by the loop that runs', async () => {
    const run = await ready();
    const looks = run.looks.length;
    run.tell({ type: 'socket_down', state: 'OPENING' });
    run.tell({ type: 'socket_up' });
    run.missed = [pageMessage('false_A', { timestamp: at(0) })];
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_A']));
    expect(run.looks.length).toBe(looks + 1);
  });

  test('begins no count of its own once the account was unlinked', async () => {
    const run = await ready();
    const looks = run.looks.length;
    opened.store.sessions.tellFrom(NAME, null);
    run.tell({ type: 'ready', account: { id: '1@c.us', phone: '1', name: '' }, webVersion: '' });
    const seen = opened.faults.calls.length;
    await vi.waitFor(() => expect(opened.faults.calls.slice(seen)).toContain('messages.unacknowledged'));
    expect([run.looks.length, caughtUpTo()]).toEqual([looks, null]);
  });

  test('continues after a look that the disk refused', async () => {
    const run = await ready();
    opened.faults.fails = (call) => call === 'sessions.get' || call === 'later';
    run.tell({ type: 'ready', account: { id: '1@c.us', phone: '1', name: '' }, webVersion: '' });
    await vi.waitFor(() => expect(opened.faults.calls.slice(-20)).toContain('sessions.get'));
    opened.faults.fails = () => false;
    run.missed = [pageMessage('false_A', { timestamp: at(0) })];
    run.tell({ type: 'ready', account: { id: '1@c.us', phone: '1', name: '' }, webVersion: '' });
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_A']));
  });

  test('what could not be written down is found by the next look', async () => {
    const run = await ready();
    opened.faults.fails = (call) => call === 'inbox.receive';
    tell(pageMessage('false_A', { timestamp: at(0) }));
    await vi.waitFor(() => expect(opened.faults.calls).toContain('inbox.receive'));
    opened.faults.fails = () => false;
    expect(told()).toEqual([]);
    run.missed = [pageMessage('false_A', { timestamp: at(0) })];
    run.tell({ type: 'ready', account: { id: '1@c.us', phone: '1', name: '' }, webVersion: '' });
    await vi.waitFor(() => expect(told()).toEqual(['message.received false_A']));
  });

  test('remembers what it told for as long as a look may find it again', () => {
    const { store } = opened;
    const seen = { ids: ['false_A'], at: at(0), news: () => received() };
    store.inbox.receive(NAME, seen);
    vi.useFakeTimers({ toFake: ['Date'], now: NOW + 90 * 24 * 60 * MINUTE });
    try {
      store.sweep({ events: 1_000, eventDays: 1, transitions: 10, keepBytes: 0 });
      expect(store.inbox.receive(NAME, seen)).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a text to a new chat', () => {
  const limits = { state: 'locked' as const, until: '2099-01-01T00:00:00.000Z', used: null, total: null };

  test('is refused while the account may open none, unless the page cannot tell', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'leadmaster-limits-'));
    await linkSession(dir);
    const { sessions, engine, store } = await openSessions(dir);
    await sessions.load();
    await sessions.start(NAME);
    await vi.waitFor(() => expect(engine.runs).toHaveLength(1));
    engine.run.login();
    engine.run.tell({ type: 'limits', limits });
    await vi.waitFor(async () => expect((await sessions.get(NAME)).limits?.newChats.state).toBe('locked'));
    const send = (text: string, key: string | null = null) => sessions.send(NAME, { to: '5491100000003', text }, key);
    const known = await send('unknown', 'k');
    engine.run.opensChat = true;
    await expect(send('refused')).rejects.toMatchObject({
      code: 'account_restricted',
      extra: { retryAt: limits.until },
    });
    // What was accepted before is answered as it was.
    expect((await send('unknown', 'k')).id).toBe(known.id);
    engine.run.opensChat = false;
    await send('to a chat that exists');
    engine.run.messages.opensNewChat = async () => {
      throw new Error('the page does not answer');
    };
    await send('nobody knows');
    await vi.waitFor(() =>
      expect(engine.run.sent.map(({ text }) => text)).toEqual(['unknown', 'to a chat that exists', 'nobody knows']),
    );
    await sessions.close();
    store.close();
    await rm(dir, { recursive: true, force: true });
  });
});
