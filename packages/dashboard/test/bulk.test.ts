import type { HubSession } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { type Choices, type DeedName, planOf } from '../src/sessions/bulk.ts';

const NONE: Choices = { restart: false, machine: '' };

function session(name: string, more: Partial<HubSession> = {}): HubSession {
  const usual = { state: 'READY', stateKind: 'settled', account: { id: '1@c.us', phone: '1', name: '' } };
  return { name, machine: 'm1', sending: 'on', sendingOffBy: [], ...usual, ...more } as HubSession;
}

const FLEET = [
  session('ready'),
  session('stopped', { state: 'STOPPED', account: null }),
  session('listens', { sending: 'off', sendingOffBy: ['session'] }),
  session('quiet', { sending: 'off', sendingOffBy: ['tenant'] }),
  session('error', { state: 'ERROR', stateKind: 'needs_person' }),
  session('banned', { state: 'DISCONNECTED_BANNED', stateKind: 'needs_person' }),
  session('held', { state: 'STOPPED', stateKind: 'needs_person', reason: 'place_changed' }),
  session('wrong', { state: 'WRONG_ACCOUNT', stateKind: 'needs_person' }),
  session('found', { state: 'UNCLAIMED', stateKind: 'needs_person' }),
  session('gone', { state: 'MOVED', machine: 'm2' }),
];

function plan(deed: DeedName, choices: Partial<Choices> = {}): [string[], object] {
  const { names, passed } = planOf(deed, FLEET, { ...NONE, ...choices });
  return [names, Object.fromEntries([...passed].filter(([why]) => why !== 'unclaimed' && why !== 'moved'))];
}

test('a start is for what is stopped or failed; what waits for a decision is left to it', () => {
  const [names, passed] = plan('start');
  expect(names).toEqual(['stopped', 'error']);
  expect(passed).toEqual({ runs: ['ready', 'listens', 'quiet'], needsYou: ['banned', 'held', 'wrong'] });
});

test('a stop is for all that is not stopped', () => {
  const [names, passed] = plan('stop');
  expect(names).toEqual(['ready', 'listens', 'quiet', 'error', 'banned', 'wrong']);
  expect(passed).toEqual({ stopped: ['stopped', 'held'] });
});

test('a snapshot is for what is linked, to the own account', () => {
  const [names, passed] = plan('snapshot');
  expect(names).toEqual(['ready', 'listens', 'quiet', 'error', 'banned', 'held']);
  expect(passed).toEqual({ notLinked: ['stopped'], needsYou: ['wrong'] });
});

test('a trim stops what runs only where that was chosen', () => {
  const [names, passed] = plan('trim');
  expect(names).toEqual(['stopped', 'error', 'banned', 'held']);
  expect(passed).toEqual({ runs: ['ready', 'listens', 'quiet'], needsYou: ['wrong'] });
  expect(plan('trim', { restart: true })[0]).toEqual([
    'ready',
    'stopped',
    'listens',
    'quiet',
    'error',
    'banned',
    'held',
  ]);
});

test('sending is switched where that changes something', () => {
  expect(plan('listen')[1]).toEqual({ listens: ['listens', 'quiet'] });
  const [names, passed] = plan('send');
  expect(names).toEqual(['listens']);
  expect(passed).toMatchObject({ offAbove: ['quiet'] });
});

test('a move is for what is not on the machine; no order is for what has no profile of its own here', () => {
  expect(plan('move', { machine: 'm1' })[0]).toEqual([]);
  expect(plan('move', { machine: 'm2' })[0]).toEqual(FLEET.slice(0, 8).map(({ name }) => name));
  const { passed } = planOf('stop', FLEET, NONE);
  expect([passed.get('unclaimed'), passed.get('moved')]).toEqual([['found'], ['gone']]);
});
