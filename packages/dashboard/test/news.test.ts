import type { HubSession, LeadMasterEvent } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { asksAgain, withNews } from '../src/service/news.ts';

const [EARLY, NOON, LATE] = ['2026-03-01T10:00:00.000Z', '2026-03-01T12:00:00.000Z', '2026-03-01T14:00:00.000Z'];

const ventas = {
  name: 'ventas',
  state: 'READY',
  stateKind: 'settled',
  since: NOON,
  sending: 'on',
  action: { kind: 'stop', session: 'ventas' },
  metadata: {},
  health: { lastProbeAt: null, lastInboundAt: NOON, lastAckAt: null, lastReadyAt: null },
} as unknown as HubSession;

function told(type: string, at: string, data: object = {}): LeadMasterEvent {
  return { id: 1, session: 'ventas', type, at, data } as LeadMasterEvent;
}

const down = {
  from: 'READY',
  to: 'RECONNECTING',
  reason: 'connection_lost',
  stateKind: 'transient',
  hint: '',
  attempts: 2,
};

test('a message is a sign of life, and nothing more has to be asked for', () => {
  const event = told('message.received', LATE);
  expect(withNews(ventas, event).health.lastInboundAt).toBe(LATE);
  expect(asksAgain(event)).toBe(false);
});

test('only a message that was sent through LeadMaster is an acknowledgement here', () => {
  const sent = (origin: string) => withNews(ventas, told('message.sent', LATE, { origin })).health.lastAckAt;
  expect([sent('api'), sent('elsewhere')]).toEqual([LATE, null]);
});

test('a state is shown as its event tells it, what was proposed before is gone, and the rest is asked for', () => {
  const event = told('session.state', LATE, down);
  const { action, ...after } = withNews(ventas, event);
  expect(after).toMatchObject({
    state: 'RECONNECTING',
    stateKind: 'transient',
    since: LATE,
    attempts: 2,
    canSend: false,
  });
  expect(action).toBeUndefined();
  expect(asksAgain(event)).toBe(true);
});

test('what is older than what is known changes nothing', () => {
  const old = [told('session.state', EARLY, down), told('message.received', EARLY), told('message.received', NOON)];
  expect(old.map((event) => withNews(ventas, event) === ventas)).toEqual([true, true, true]);
});

test('an event of a type that the page does not know changes nothing, and asks the hub', () => {
  const event = told('session.of_another_version', LATE, { state: 'READY' });
  expect([withNews(ventas, event) === ventas, asksAgain(event)]).toEqual([true, true]);
});
