import { expect, test } from 'vitest';
import { LeadMasterError, problem } from '../src/index.ts';

const REFUSED = new LeadMasterError(
  'session_running',
  'ventas runs.',
  'Stop it first ("./leadmaster session stop ventas"), or give --restart.',
);

test('an error says what its hint proposes as data, too', () => {
  expect(problem.parse(REFUSED.toProblem())).toMatchObject({ action: { kind: 'stop', session: 'ventas' } });
});

test('an error that a service answered with keeps it', () => {
  expect(LeadMasterError.of(REFUSED.toProblem()).toProblem()).toEqual(REFUSED.toProblem());
});

test('an error whose hint names no command has none', () => {
  const plain = new LeadMasterError('storage_failed', 'The disk is full.', 'Free some space.');
  expect(Object.keys(plain.toProblem())).not.toContain('action');
});
