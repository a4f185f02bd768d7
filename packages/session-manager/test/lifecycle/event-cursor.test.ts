import { LeadMasterError } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { goesOnAfter } from '../../src/lifecycle/event-cursor.ts';

const [OWN, BEFORE, OTHER] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'];
/** It was copied when it had 50 events, and has 80 now. */
const LOG = { logId: OWN, oldest: 1, newest: 80, formerly: [{ logId: BEFORE, upTo: 50 }] };

test.each([
  ['a number alone', 80, null],
  ['of this log', 80, OWN],
  ['of the log that this one goes on from, up to where they part', 50, BEFORE],
])('a cursor %s goes on', (_, id, logId) => {
  expect(goesOnAfter({ id, logId }, LOG)).toBe(id);
});

test.each([
  ['a number beyond the end', 81, null, 'cursor_unknown'],
  ['beyond the end of this log, of which an older copy was put back', 81, OWN, 'cursor_unknown'],
  ['of the log that this one goes on from, after they part', 51, BEFORE, 'cursor_of_another_log'],
  ['of another log', 1, OTHER, 'cursor_of_another_log'],
  ['of another log before its first event', 0, OTHER, 'cursor_of_another_log'],
])('a cursor %s is refused', (_, id, logId, code) => {
  try {
    goesOnAfter({ id, logId }, LOG);
    expect.unreachable();
  } catch (error) {
    expect(error instanceof LeadMasterError && [error.code, error.status, error.extra]).toEqual([
      code,
      409,
      { newest: 80, logId: OWN },
    ]);
  }
});
