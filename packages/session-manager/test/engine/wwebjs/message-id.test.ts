import { expect, test } from 'vitest';
import { messageIdOf } from '../../../src/engine/wwebjs/message-id.ts';
import type { Key } from '../../../src/engine/wwebjs/page/whatsapp-page.ts';

const TEXT = 'false_549@lid_3A01';
const PARTS: Key = { fromMe: false, remote: '549@lid', id: '3A01' };

test.each([
  ['where it always was', { ...PARTS, _serialized: TEXT }],
  ['under the name of July 2026', { ...PARTS, $1: TEXT }],
  ['under any other name', { ...PARTS, _s: TEXT }],
  ['nowhere', PARTS],
  ['nowhere, its chat as it crosses from the page', { ...PARTS, remote: { user: '549', server: 'lid' } }],
  ['where it always was, though it is not a text', { ...PARTS, _serialized: undefined }],
  ['under two names that disagree', { ...PARTS, $1: `${TEXT}x`, $2: TEXT }],
])('the text of an id is read %s', (_where, key) => {
  expect(messageIdOf(key)).toBe(TEXT);
});

test('joins all parts that an id can have', () => {
  const toMyself: Key = { fromMe: true, remote: '549@c.us', id: '3EB0', self: 'out' };
  expect(messageIdOf(toMyself)).toBe('true_549@c.us_3EB0_out');
  const inGroup: Key = { fromMe: false, remote: '1-2@g.us', id: '3A', participant: { user: '7', server: 'lid' } };
  expect(messageIdOf(inGroup)).toBe('false_1-2@g.us_3A_7@lid');
  expect(messageIdOf({ ...PARTS, participant: null })).toBe(TEXT);
});
