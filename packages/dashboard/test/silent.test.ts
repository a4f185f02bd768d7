import type { HubSession } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { isSilent, standsSince } from '../src/model/silent.ts';
import { isUnlinked } from '../src/model/unlinked.ts';
import { sessionHint } from '../src/words/en-hints.ts';

const [NOON, LATE] = ['2026-03-01T12:00:00.000Z', '2026-03-01T14:00:00.000Z'];
const ACCOUNT = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' };
const OTHER = { ...ACCOUNT, id: '5491100000002@c.us', phone: '5491100000002' };

function session(change: Partial<HubSession> = {}): HubSession {
  const known = { account: ACCOUNT, owner: ACCOUNT, unreachable: null, loginMode: 'qr' };
  return { state: 'READY', reason: 'synced', since: NOON, desired: 'running', ...known, ...change } as HubSession;
}

test('a session that is to run is silent with its machine, since then; one that is to be stopped misses nothing', () => {
  const desires = ['running', 'stopped'] as const;
  const found = desires.map((desired) => session({ desired, silentSince: LATE }));
  expect(found.map((one) => [isSilent(one), standsSince(one)])).toEqual([
    [true, LATE],
    [false, NOON],
  ]);
  expect(isSilent(session({ silentSince: null }))).toBe(false);
});

test('what is to be done names the phone that is missing, and both accounts where another one is linked', () => {
  const unlinked = session({ state: 'QR_REQUIRED', reason: 'waiting_for_scan', account: null });
  expect(sessionHint(unlinked)).toBe('+5491100000001 is not linked any more. Scan the QR with its phone.');
  expect(sessionHint({ ...unlinked, owner: null })).toBe('Scan the QR with the phone.');
  // A restored login is refused then; where what lies here was lost, it is what brings the session back.
  expect(
    [unlinked, { ...unlinked, owner: null }, session(), { ...unlinked, state: 'ERROR' as const }].map(isUnlinked),
  ).toEqual([true, false, false, false]);
  const wrong = session({ state: 'WRONG_ACCOUNT', reason: 'other_account', account: OTHER });
  expect(sessionHint(wrong)).toContain('+5491100000002 is linked, and the session belongs to +5491100000001.');
});
