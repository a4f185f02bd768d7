import { expect, test } from 'vitest';
import { wordOf } from '../src/index.ts';
import { sessionHint } from '../src/words/es/hints.ts';

/** Every object has them. */
const OF_OBJECTS = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];

test('a table has words for its own names alone', () => {
  expect(wordOf({ up: 'it answers' }, 'up')).toBe('it answers');
  for (const name of [...OF_OBJECTS, 'down']) expect(wordOf({ up: 'it answers' }, name)).toBe(null);
  expect(wordOf(undefined, 'up')).toBe(null);
});

test('a session whose reason is such a name has the hint of its state', () => {
  const none = { account: null, owner: null, attention: null, unreachable: null };
  const facts = { ...none, name: 'ventas', loginMode: 'qr', attempts: 1 } as const;
  const known = sessionHint({ ...facts, state: 'QR_REQUIRED', reason: 'waiting_for_scan', nextAttemptAt: null });
  for (const reason of OF_OBJECTS)
    expect(sessionHint({ ...facts, state: 'QR_REQUIRED', reason, nextAttemptAt: null })).toEqual(known);
});
