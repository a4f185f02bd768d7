import type { LeadMasterEvent, SeenMessage } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { A_CHANGE, anAck, aQr, aSent, received } from '../event-samples.ts';
import { openStore, refusal } from './helpers.ts';

const DAY = 86_400_000;

function seen(id: string, data: Partial<SeenMessage> = {}) {
  return { ids: [id], at: '2026-01-01T00:00:00.000Z', news: () => received(data) };
}

function withSession(name = 'ventas') {
  const opened = openStore();
  opened.store.sessions.insert({ name, metadata: { team: 'south' }, desired: 'running' });
  return opened;
}

describe('sessions', () => {
  test('are inserted once, read back whole, changed and removed', () => {
    const { store } = withSession();
    expect(store.sessions.get('ventas')).toEqual({
      name: 'ventas',
      account: null,
      wrongAccount: null,
      sending: 'on',
      expectedPhone: null,
      link: 1,
      state: 'STOPPED',
      reason: 'created',
      since: '2026-01-01T00:00:00.000Z',
      desired: 'running',
      metadata: { team: 'south' },
      createdAt: '2026-01-01T00:00:00.000Z',
      caughtUpTo: null,
      linkedAt: null,
      lastInboundAt: null,
      lastAckAt: null,
      lastReadyAt: null,
      lastProbeAt: null,
    });
    expect(refusal(() => store.sessions.insert({ name: 'ventas', metadata: {}, desired: 'stopped' })).code).toBe(
      'session_exists',
    );
    store.sessions.setDesired('ventas', 'stopped');
    store.sessions.touch('ventas', { lastProbeAt: '2026-01-02T00:00:00.000Z', lastAckAt: '2026-01-03T00:00:00.000Z' });
    store.sessions.touch('ventas', { lastAckAt: null });
    expect(store.sessions.get('ventas')).toMatchObject({
      desired: 'stopped',
      lastProbeAt: '2026-01-02T00:00:00.000Z',
      lastAckAt: null,
      metadata: { team: 'south' },
    });
    store.sessions.insert({ name: 'a-b', metadata: {}, desired: 'stopped' });
    store.sessions.insert({ name: 'a_b', metadata: {}, desired: 'stopped' });
    store.sessions.remove('a-b');
    expect(store.sessions.all().map((s) => s.name)).toEqual(['a_b', 'ventas']);
    expect(store.sessions.get('a-b')).toBeNull();
    expect(refusal(() => store.sessions.setDesired('a-b', 'running')).code).toBe('session_not_found');
    expect(refusal(() => store.sessions.touch('a-b', { lastAckAt: null })).code).toBe('session_not_found');
  });

  test('a removed session takes its history, messages and inbox along, and leaves its events', () => {
    const { store } = withSession();
    store.transitions.record('ventas', { from: 'STOPPED', to: 'INITIALIZING', reason: 'asked', data: A_CHANGE });
    const { message } = store.messages.journal({ session: 'ventas', to: '549', text: 'hi', idempotencyKey: 'k' });
    store.inbox.receive('ventas', seen('m'));
    store.sessions.remove('ventas');
    store.sessions.insert({ name: 'ventas', metadata: {}, desired: 'running' });
    expect(store.transitions.list('ventas', 10)).toEqual([]);
    expect(store.messages.get('ventas', message.id)).toBeNull();
    expect(store.messages.journal({ session: 'ventas', to: '1', text: 'x', idempotencyKey: 'k' }).fresh).toBe(true);
    expect(store.inbox.receive('ventas', seen('m'))).not.toBeNull();
    expect(store.events.after(0, 10, 'ventas').map((e) => e.type)).toEqual([
      'session.state',
      'message.received',
      'message.received',
    ]);
  });
});

describe('several changes made one', () => {
  test('are all there, told in order after the last is durable', () => {
    const { store } = withSession();
    const told: string[] = [];
    store.events.subscribe((event) => told.push(`${event.type} with ${store.events.after(0, 10).length} in the log`));
    store.atomically(() => {
      store.sessions.touch('ventas', { lastAckAt: null });
      store.events.append(aSent('ventas'));
      store.events.append(anAck('ventas'));
      expect(told).toEqual([]);
    });
    expect(told).toEqual(['message.sent with 2 in the log', 'message.ack with 2 in the log']);
  });

  test('are none of them there, and none told, when one fails', () => {
    const { store } = withSession();
    const told: LeadMasterEvent[] = [];
    store.events.subscribe((event) => told.push(event));
    const failing = () =>
      store.atomically(() => {
        store.events.append(aSent('ventas'));
        store.sessions.setDesired('nobody', 'running');
      });
    expect(refusal(failing).code).toBe('session_not_found');
    expect(store.events.after(0, 10)).toEqual([]);
    store.events.append(anAck('ventas'));
    expect(told.map((event) => event.type)).toEqual(['message.ack']);
  });
});

describe('transitions', () => {
  test('write state, history and event together, newest first', () => {
    const { store, clock } = withSession();
    store.transitions.record('ventas', {
      from: 'STOPPED',
      to: 'INITIALIZING',
      reason: 'asked',
      data: { ...A_CHANGE, attempts: 1 },
    });
    clock.now = new Date('2026-01-01T00:01:00.000Z');
    const event = store.transitions.record('ventas', {
      from: 'INITIALIZING',
      to: 'QR_REQUIRED',
      reason: 'no login',
      data: A_CHANGE,
    });
    expect(event).toEqual({
      id: 2,
      session: 'ventas',
      type: 'session.state',
      at: '2026-01-01T00:01:00.000Z',
      data: { ...A_CHANGE, from: 'INITIALIZING', to: 'QR_REQUIRED', reason: 'no login' },
    });
    expect(store.sessions.get('ventas')).toMatchObject({
      state: 'QR_REQUIRED',
      reason: 'no login',
      since: '2026-01-01T00:01:00.000Z',
    });
    expect(store.transitions.list('ventas', 1)).toEqual([
      { from: 'INITIALIZING', to: 'QR_REQUIRED', reason: 'no login', at: '2026-01-01T00:01:00.000Z' },
    ]);
    expect(store.events.after(0, 10)[0]?.data).toEqual({
      ...A_CHANGE,
      attempts: 1,
      from: 'STOPPED',
      to: 'INITIALIZING',
      reason: 'asked',
    });
    const told: LeadMasterEvent[] = [];
    store.events.subscribe((e) => told.push(e));
    expect(
      refusal(() => store.transitions.record('nobody', { from: 'STOPPED', to: 'READY', reason: '', data: A_CHANGE }))
        .code,
    ).toBe('session_not_found');
    expect(told).toEqual([]);
    expect(store.events.lastId()).toBe(2);
  });
});

describe('events', () => {
  test('pages by cursor, for one session or all', () => {
    const { store } = openStore();
    for (let i = 1; i <= 6; i++) {
      store.events.append(aQr(i % 2 ? 'odd' : 'even', i));
    }
    expect(store.events.after(0, 100).map((e) => e.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(store.events.after(2, 2).map((e) => e.id)).toEqual([3, 4]);
    expect(store.events.after(1, 10, 'odd').map((e) => e.id)).toEqual([3, 5]);
    expect(store.events.lastId()).toBe(6);
    expect(store.events.log().oldest).toBe(1);
  });

  test('subscribers hear committed events in order; one that throws or writes does not harm the others', () => {
    const { store, failures } = openStore();
    const first: number[] = [];
    const last: number[] = [];
    store.events.subscribe((e) => {
      // It is on the disk before it is told.
      expect(store.events.lastId()).toBeGreaterThanOrEqual(e.id);
      first.push(e.id);
      if (e.id === 1) store.events.append(aQr('s', 9));
    });
    const stop = store.events.subscribe((e) => {
      if (e.id === 3) stop();
      throw new Error('listener broke');
    });
    store.events.subscribe((e) => last.push(e.id));
    for (let i = 0; i < 3; i++) store.events.append(aQr('s'));
    expect(first).toEqual([1, 2, 3, 4]);
    expect(last).toEqual([1, 2, 3, 4]);
    expect(failures).toHaveLength(3);
    expect(failures[0]).toContain('listener broke');
  });

  test('live listeners get what later readers get', () => {
    const { store } = openStore();
    const heard: LeadMasterEvent[] = [];
    store.events.subscribe((e) => heard.push(e));
    const data = { id: '1-a', generation: 2, trashed: '\0 ñ 🙂', imported: undefined };
    store.events.append({ session: 's', type: 'session.restored', data });
    expect(heard).toEqual(store.events.after(0, 1));
  });
});

describe('messages', () => {
  test('the same key and request is the same message; another request is refused', () => {
    const { store } = withSession();
    store.sessions.insert({ name: 'other', metadata: {}, desired: 'stopped' });
    const request = { session: 'ventas', to: '5491100000001', text: 'hola', idempotencyKey: 'k1' };
    const made = store.messages.journal(request);
    expect(made).toMatchObject({ fresh: true, message: { state: 'QUEUED', whatsappId: null, error: null } });
    expect(store.messages.journal(request)).toEqual({ fresh: false, message: made.message });
    const conflict = refusal(() => store.messages.journal({ ...request, text: 'hola!' }));
    expect(conflict.code).toBe('idempotency_conflict');
    expect(refusal(() => store.messages.journal({ ...request, to: '549110000000' })).code).toBe('idempotency_conflict');
    expect(store.messages.journal({ ...request, session: 'other' }).fresh).toBe(true);
    expect(store.messages.journal({ ...request, idempotencyKey: null }).fresh).toBe(true);
    expect(store.messages.journal({ ...request, idempotencyKey: null }).fresh).toBe(true);
    expect(store.messages.list('ventas', 10)).toHaveLength(3);
    expect(store.messages.list('ventas', 10).at(-1)?.id).toBe(made.message.id);
    expect(refusal(() => store.messages.journal({ ...request, session: 'nobody' })).code).toBe('session_not_found');
  });

  test('a message only moves up', () => {
    const { store } = withSession();
    const { message } = store.messages.journal({ session: 'ventas', to: '1', text: 't', idempotencyKey: null });
    const { id } = message;
    expect(store.messages.update(id, { state: 'SENDING' })?.state).toBe('SENDING');
    expect(store.messages.update(id, { state: 'UNCERTAIN', error: 'no answer' })).toMatchObject({
      state: 'UNCERTAIN',
      error: 'no answer',
    });
    expect(store.messages.update(id, { state: 'FAILED', code: 'refused_by_whatsapp' })?.state).toBe('FAILED');
    expect(store.messages.update(id, { state: 'UNCERTAIN', code: 'no_answer' })).toMatchObject({
      ...{ state: 'FAILED', code: 'refused_by_whatsapp' },
    });
    expect(store.messages.update(id, { state: 'DELIVERED', whatsappId: 'w1' })).toMatchObject({
      state: 'DELIVERED',
      error: null,
      whatsappId: 'w1',
    });
    expect(store.messages.update(id, { state: 'SENT' })?.state).toBe('DELIVERED');
    expect(store.messages.update(id, { state: 'FAILED', error: 'late' })).toMatchObject({
      state: 'DELIVERED',
      error: null,
    });
    expect(store.messages.byWhatsappId('ventas', ['sibling', 'w1'])?.message.id).toBe(id);
    expect(store.messages.byWhatsappId('other', ['w1'])).toBeNull();
    expect(store.messages.get('other', id)).toBeNull();
    expect(store.messages.update('msg_none', { state: 'SENT' })).toBeNull();
  });

  test('has its id and SENDING in one step, once, and only while it is QUEUED', () => {
    const { store } = withSession();
    const { message } = store.messages.journal({ session: 'ventas', to: '1', text: 't', idempotencyKey: null });
    const how = { whatsappId: 'true_1@c.us_A', bootId: 'boot', generation: 3, opensChat: false };
    expect(store.messages.handOver(message.id, how)).toMatchObject({ state: 'SENDING', whatsappId: 'true_1@c.us_A' });
    expect(store.messages.byWhatsappId('ventas', [how.whatsappId])).toMatchObject({
      bootId: 'boot',
      generation: 3,
      opensChat: false,
    });
    expect(() => store.messages.handOver(message.id, { ...how, whatsappId: 'true_1@c.us_B' })).toThrow(
      /no longer to be/,
    );
    expect(store.messages.get('ventas', message.id)?.whatsappId).toBe('true_1@c.us_A');
    // Seen in the chats, it is none of those that were sent elsewhere.
    expect(store.inbox.receive('ventas', seen('true_1@c.us_A'))).toBeNull();
  });
});

describe('inbox', () => {
  test('a received message becomes one event, however often it is found', () => {
    const { store } = withSession();
    store.sessions.insert({ name: 'other', metadata: {}, desired: 'stopped' });
    const told: LeadMasterEvent[] = [];
    store.events.subscribe((e) => told.push(e));
    const event = store.inbox.receive('ventas', seen('m1', { text: 'hola' }));
    expect(event).toMatchObject({ type: 'message.received', session: 'ventas', data: { text: 'hola' } });
    expect(store.inbox.receive('ventas', seen('m1', { text: 'again' }))).toBeNull();
    expect(store.inbox.receive('other', seen('m1'))).not.toBeNull();
    expect(refusal(() => store.inbox.receive('nobody', seen('m1'))).code).toBe('session_not_found');
    expect(told.map((e) => e.id)).toEqual([1, 2]);
  });
});

describe('browsers', () => {
  test('one per session, kept until proven gone, also without its session', () => {
    const { store } = openStore();
    const row = { session: 'ventas', pid: 10, startTicks: 99, bootId: 'boot', profileDir: '/d/tokens/ventas' };
    store.browsers.record(row);
    store.browsers.record({ ...row, pid: 11 });
    expect(store.browsers.all()).toEqual([{ ...row, pid: 11 }]);
    store.browsers.clear('ventas');
    store.browsers.clear('ventas');
    expect(store.browsers.all()).toEqual([]);
  });
});

describe('retention', () => {
  const limits = { events: 1000, eventDays: 30, transitions: 1000, keepBytes: 0 };

  test('by count: the newest stay, ids continue and are never used again', () => {
    const { store } = withSession();
    for (let i = 0; i < 10; i++)
      store.transitions.record('ventas', { from: 'READY', to: 'READY', reason: `${i}`, data: A_CHANGE });
    store.sessions.insert({ name: 'other', metadata: {}, desired: 'stopped' });
    store.transitions.record('other', { from: 'STOPPED', to: 'READY', reason: 'only', data: A_CHANGE });
    expect(store.sweep({ ...limits, events: 4, transitions: 3 })).toBe(7 + 7);
    expect(store.events.after(0, 100).map((e) => e.id)).toEqual([8, 9, 10, 11]);
    expect(store.events.log().oldest).toBe(8);
    expect(store.transitions.list('ventas', 100).map((t) => t.reason)).toEqual(['9', '8', '7']);
    expect(store.transitions.list('other', 100)).toHaveLength(1);
    store.sweep({ ...limits, events: 0 });
    expect(store.events.append(aQr('s')).id).toBe(12);
  });

  test('by age: old ones go, but never the newest', () => {
    const { store, clock } = openStore();
    for (let i = 0; i < 3; i++) store.events.append(aQr('s'));
    clock.now = new Date(clock.now.getTime() + 31 * DAY);
    expect(store.sweep(limits)).toBe(2);
    expect(store.events.log().oldest).toBe(3);
    store.events.append(aQr('s'));
    expect(store.sweep(limits)).toBe(1);
    expect(store.events.after(0, 9).map((e) => e.id)).toEqual([4]);
  });

  test('by age at a moment that the caller gives, not by the clock', () => {
    const { store, clock } = openStore();
    for (let i = 0; i < 3; i++) store.events.append(aQr('s'));
    const now = clock.now;
    clock.now = new Date(now.getTime() + 400 * DAY);
    expect(store.sweep({ ...limits, now })).toBe(0);
    expect(store.sweep(limits)).toBe(2);
  });

  test('ended messages go by age, those in flight stay', () => {
    const { store, clock } = withSession();
    const make = (text: string) =>
      store.messages.journal({ session: 'ventas', to: '1', text, idempotencyKey: null }).message.id;
    const [ended, flying] = [make('a'), make('b')];
    store.messages.update(ended, { state: 'SENT' });
    clock.now = new Date(clock.now.getTime() + 31 * DAY);
    store.sweep(limits);
    expect(store.messages.list('ventas', 9).map((m) => m.id)).toEqual([flying]);
  });

  test('the inbox forgets only what catching up has passed for good', () => {
    const { store, clock } = withSession();
    const start = clock.now.getTime();
    store.inbox.receive('ventas', seen('m'));
    // Off for 60 days: catching up would begin at the old moment and find the message again.
    store.sessions.touch('ventas', { caughtUpTo: clock.now.toISOString() });
    clock.now = new Date(start + 60 * DAY);
    store.sweep(limits);
    expect(store.inbox.receive('ventas', seen('m'))).toBeNull();
    store.sessions.touch('ventas', { caughtUpTo: new Date(start + 2 * DAY).toISOString() });
    store.sweep(limits);
    expect(store.inbox.receive('ventas', seen('m'))).not.toBeNull();
  });
});
