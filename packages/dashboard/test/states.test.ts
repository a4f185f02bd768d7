import type { HubSession } from '@leadmaster/protocol';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => 'en' });
const { groupOf, hintOf, isSilent, standsSince, stateWords, toneOf, urgencyOf, whyOf } = await import(
  '../src/model/states.ts'
);

const [NOON, LATE] = ['2026-03-01T12:00:00.000Z', '2026-03-01T14:00:00.000Z'];
const ACCOUNT = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' };
const OTHER = { ...ACCOUNT, id: '5491100000002@c.us', phone: '5491100000002' };

function session(change: Partial<HubSession> = {}): HubSession {
  const ready = { name: 'ventas', state: 'READY', stateKind: 'settled', reason: 'synced', hint: '', since: NOON };
  const known = { account: ACCOUNT, owner: ACCOUNT, desired: 'running', machine: 'm2', silentSince: null };
  return { ...ready, ...known, unreachable: null, loginMode: 'qr', ...change } as HubSession;
}

test('a session whose machine is silent is trouble, since then, and says what it was before', () => {
  const silent = session({ silentSince: LATE });
  expect([groupOf(silent), toneOf(silent), standsSince(silent)]).toEqual(['trouble', 'bad', LATE]);
  expect([stateWords(silent), whyOf(silent)]).toEqual(['Its machine does not answer', 'Before: Ready']);
  expect(hintOf(silent)).toContain('See that m2 is on');
  expect(hintOf(session({ silentSince: LATE, machine: null }))).toContain('Ask the operator');
  expect(urgencyOf(silent) < urgencyOf(session({ name: 'almacen' }))).toBe(true);
});

test('one that is to be stopped misses nothing while its machine is silent', () => {
  const stopped = session({ state: 'STOPPED', desired: 'stopped', silentSince: LATE });
  expect([isSilent(stopped), groupOf(stopped), standsSince(stopped)]).toEqual([false, 'resting', NOON]);
});

test('what is to be done names the phone that is missing, and both accounts where another one is linked', () => {
  const hint = 'as the service says it';
  const unlinked = session({ state: 'QR_REQUIRED', reason: 'waiting_for_scan', hint, account: null });
  expect(hintOf(unlinked)).toBe('+5491100000001 is not linked any more. Scan the QR with its phone.');
  expect(hintOf({ ...unlinked, owner: null })).toBe('Scan the QR with the phone.');
  const wrong = session({ state: 'WRONG_ACCOUNT', reason: 'other_account', hint, account: OTHER });
  expect(hintOf(wrong)).toContain('+5491100000002 is linked, and the session belongs to +5491100000001.');
});
