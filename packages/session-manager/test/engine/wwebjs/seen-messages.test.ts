import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/engine.ts';
import type { MessageRecord } from '../../../src/engine/wwebjs/page/whatsapp-page.ts';
import { SeenMessages } from '../../../src/engine/wwebjs/seen-messages.ts';

const BETO = { id: '7@lid', lid: '7@lid', phone: '5491100000002', name: 'Beto' };
const ME = { id: '1@lid', lid: '1@lid', phone: '5491100000001', name: null };

function record(more: Partial<MessageRecord> = {}): MessageRecord {
  return {
    id: { fromMe: false, remote: '7@lid', id: '3A01' },
    ...{ key: 'false_7@lid_3A01', siblings: ['false_5491100000002@c.us_3A01'], fromMe: false },
    ...{ chatId: '7@lid', from: '7@lid', to: '1@lid', sender: BETO, recipient: ME, chat: BETO },
    ...{ type: 'chat', text: 'hello', timestampS: 1_790_000_000, ack: null },
    ...more,
  };
}

function heard() {
  const events: EngineEvent[] = [];
  return { events, seen: new SeenMessages((event) => events.push(event)) };
}

test('tells who a number and a LID belong to once, before the message', () => {
  const { events, seen } = heard();
  seen.live({ kind: 'message', message: record() });
  seen.live({ kind: 'message', message: record() });
  expect(events.map(({ type }) => type)).toEqual(['mapped', 'message', 'message']);
  expect(events[0]).toEqual({ type: 'mapped', lid: '7@lid', phone: '5491100000002', name: 'Beto' });
});

test('tells the other side of a message alone, and nothing where WhatsApp does not say the number', () => {
  const mine = heard();
  mine.seen.live({ kind: 'message', message: record({ fromMe: true, sender: ME, recipient: BETO }) });
  expect(mine.events.map((event) => (event.type === 'mapped' ? event.lid : event.type))).toEqual(['7@lid', 'message']);
  const hidden = { ...BETO, phone: null };
  const { events, seen } = heard();
  seen.live({ kind: 'message', message: record({ sender: hidden, chat: hidden }) });
  expect(events.map(({ type }) => type)).toEqual(['message']);
});

test('tells a message under both of its ids, with an id that Node joins where the page has none', () => {
  const { seen } = heard();
  const { ids, whatsappId, messageId, timestamp, caughtUp } = seen.known(record({ key: null }), true);
  expect(ids).toEqual(['false_7@lid_3A01', 'false_5491100000002@c.us_3A01']);
  expect([whatsappId, messageId]).toEqual(['false_7@lid_3A01', 'false_7@lid_3A01']);
  expect(timestamp).toBe('2026-09-21T14:13:20.000Z');
  expect(caughtUp).toBe(true);
});

test('tells an acknowledgement under both ids', () => {
  const { events, seen } = heard();
  const { id, siblings } = record();
  seen.live({ kind: 'ack', id, key: null, siblings, ack: 2 });
  expect(events).toEqual([{ type: 'ack', ids: ['false_7@lid_3A01', ...siblings], ack: 2 }]);
});
