import { addressOf, type EventData, type NewEvent, type SeenMessage } from '@leadmaster/protocol';
import type { ReceivedNews } from '../src/state/rows.ts';

const AT = '2026-03-01T12:00:00.000Z';
const ANA = addressOf('5491100000003@c.us');

/** What a transition tells beside its states, where a test does not look at it. */
export const A_CHANGE = { stateKind: 'settled', hint: '', attempts: 0 } as const satisfies Partial<
  EventData<'session.state'>
>;

/** What is told of a snapshot, where a test does not look at it. */
export const A_SNAPSHOT = {
  ...{ kind: 'essential', reason: 'requested', method: 'sigstop' },
  ...{ bytes: 1000, newBytes: 100, storedBytes: 10, pauseMs: 20, durationMs: 30 },
} as const satisfies Omit<EventData<'snapshot.created'>, 'id'>;

/** A QR by its number: an event like any other. */
export function aQr(session: string, attempt = 1): NewEvent {
  return { session, type: 'session.qr', data: { attempt, expiresAt: AT } };
}

const OWN: EventData<'message.ack'> = {
  ...{ messageId: 'msg_1', whatsappId: 'true_5491100000003@c.us_A', to: '5491100000003', state: 'SENT' },
  ...{ from: '5491100000001@c.us', chatId: '5491100000003@c.us' },
  ...{ sender: addressOf('5491100000001@c.us'), recipient: ANA, chat: ANA },
};

/** An acknowledgement of a message that was sent from here. */
export function anAck(session: string): NewEvent {
  return { session, type: 'message.ack', data: { ...OWN, state: 'DELIVERED' } };
}

/** A message that was sent from here. */
export function aSent(session: string): NewEvent {
  return { session, type: 'message.sent', data: { ...OWN, origin: 'api' } };
}

/** A message that was not sent. */
export function aFailure(session: string, code: EventData<'message.failed'>['code']): NewEvent {
  const data = { ...OWN, state: 'FAILED', error: 'a test says so', code, retryAt: null } as const;
  return { session, type: 'message.failed', data };
}

const SEEN: SeenMessage = {
  ...{ whatsappId: 'false_5491100000003@c.us_A', messageId: 'false_5491100000003@c.us_A' },
  ...{ chatId: '5491100000003@c.us', from: '5491100000003@c.us', to: '5491100000001@c.us' },
  ...{ sender: ANA, recipient: addressOf('5491100000001@c.us'), chat: ANA },
  ...{ type: 'chat', text: '', timestamp: AT, caughtUp: false },
};

/** A message that came in. */
export function received(seen: Partial<SeenMessage> = {}): ReceivedNews {
  return { type: 'message.received', data: { ...SEEN, ...seen } };
}

/** A message that the account sent on its phone. */
export function sentElsewhere(): ReceivedNews {
  return { type: 'message.sent', data: { ...SEEN, origin: 'elsewhere' } };
}
