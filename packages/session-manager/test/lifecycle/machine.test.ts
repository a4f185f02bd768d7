import { join } from 'node:path';
import { SESSION_STATES, type SessionState, stateKind } from '@leadmaster/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeLifecycle, SAMPLES } from '../../src/lifecycle/describe.ts';
import { isStarting, type LifecycleEvent, type Step, transition } from '../../src/lifecycle/machine.ts';

const events: LifecycleEvent[] = Object.values(SAMPLES).flat();
const DOC = join(import.meta.dirname, '../../../../docs/session-lifecycle.md');

/** States in which a browser may be alive. */
const WITH_BROWSER: readonly SessionState[] = [
  'INITIALIZING',
  'RECONNECTING',
  'QR_REQUIRED',
  'PASSKEY_REQUIRED',
  'WRONG_ACCOUNT',
  'AUTHENTICATED',
  'READY',
  'DISCONNECTED_RECOVERABLE',
];

function expectStep(state: SessionState, event: LifecycleEvent): Step {
  const step = transition(state, event);
  if (step === null) throw new Error(`${state} ignores ${event.type}`);
  return step;
}

describe('the session machine', () => {
  test('answers every event in every state', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        const step = transition(state, event);
        if (step !== null) expect(SESSION_STATES).toContain(step.state);
      }
    }
  });

  test('gives a reason for every change of state', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        const step = transition(state, event);
        if (step !== null && step.state !== state) expect(step.reason, `${state} + ${event.type}`).not.toBe('');
      }
    }
  });

  test('arms a deadline for every transient state it enters, or leads on by an effect', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        const step = transition(state, event);
        if (step === null || stateKind(step.state, step.reason) !== 'transient') continue;
        const leadsOn = step.effects.some((effect) => ['watch', 'retry', 'halt'].includes(effect));
        expect(leadsOn, `${state} + ${event.type} -> ${step.state}`).toBe(true);
      }
    }
  });

  test('closes the browser whenever it leaves the states that have one', () => {
    for (const state of WITH_BROWSER) {
      for (const event of events) {
        const step = transition(state, event);
        if (step === null || WITH_BROWSER.includes(step.state)) continue;
        expect(step.effects[0], `${state} + ${event.type} -> ${step.state}`).toBe('teardown');
      }
    }
  });

  test('waits for a passkey under a deadline, or with the browser closed', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        const step = transition(state, event);
        if (step?.state !== 'PASSKEY_REQUIRED') continue;
        expect(step.effects, `${state} + ${event.type}`).toEqual(
          step.reason === 'passkey_not_given' ? ['teardown'] : ['watch'],
        );
      }
    }
  });

  test('shows no QR after a passkey was asked for, until it is started again', () => {
    for (const event of events.filter(({ type }) => type !== 'start')) {
      const step = transition('PASSKEY_REQUIRED', event);
      expect(step?.effects ?? [], event.type).not.toContain('relink');
      expect(step?.effects ?? [], event.type).not.toContain('retry');
      expect(step?.state, event.type).not.toBe('QR_REQUIRED');
    }
  });

  test('leaves the profile of a login that the page erased where it is, and shows no QR', () => {
    for (const state of ['RECONNECTING', 'AUTHENTICATED', 'READY', 'DISCONNECTED_RECOVERABLE'] as const) {
      expect(transition(state, { type: 'erased', reason: 'page_erased_login' }), state).toEqual({
        state: 'AUTH_FAILURE',
        reason: 'page_erased_login',
        effects: ['teardown'],
      });
    }
  });

  test('never sets a profile aside before its browser is gone', () => {
    for (const state of WITH_BROWSER) {
      for (const event of events) {
        const effects = transition(state, event)?.effects ?? [];
        if (effects.includes('set_aside'))
          expect(effects.indexOf('teardown')).toBeLessThan(effects.indexOf('set_aside'));
      }
    }
  });

  test('sets a profile aside only for an unlink, a logout or a move', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        if (!transition(state, event)?.effects.includes('set_aside')) continue;
        expect(['unlinked', 'qr', 'logout', 'moved'], `${state} + ${event.type}`).toContain(event.type);
      }
    }
  });

  test('never asks for a scan over a saved login that was only refused to LOGIN_MODE=server', () => {
    const step = expectStep('RECONNECTING', { type: 'qr', mayLink: false });
    expect(step).toEqual({ state: 'AUTH_FAILURE', reason: 'login_refused', effects: ['teardown'] });
  });

  test('stays READY when the library says ready again', () => {
    expect(transition('READY', { type: 'ready' })).toBeNull();
    expect(transition('READY', { type: 'authenticated' })).toBeNull();
  });

  test('leaves READY when no probe is answered in time', () => {
    expect(expectStep('READY', { type: 'overdue' })).toMatchObject({
      state: 'DISCONNECTED_RECOVERABLE',
      effects: ['teardown', 'retry'],
    });
  });

  test('relinks in a fresh browser with the old profile in trash after the phone unlinked', () => {
    expect(expectStep('READY', { type: 'unlinked', mayLink: true }).effects).toEqual([
      'teardown',
      'set_aside',
      'relink',
    ]);
  });

  test('keeps every state but STOPPING open to a way out', () => {
    for (const state of SESSION_STATES) {
      const out = events.some((event) => (transition(state, event)?.state ?? state) !== state);
      expect(out, state).toBe(true);
    }
  });

  test('is stopped, or gone, when it is told so, from wherever random events have led', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (path) => {
        let state: SessionState = 'STOPPED';
        for (const event of path) state = transition(state, event)?.state ?? state;
        const stopped = transition(state, { type: 'stop', reason: 'requested' })?.state ?? state;
        expect(['STOPPED', 'STOPPING', 'MOVED']).toContain(stopped);
      }),
    );
  });

  test('only starts browsers from states without one, or after a loss', () => {
    for (const state of SESSION_STATES) {
      for (const event of events) {
        const step = transition(state, event);
        if (!step?.effects.includes('launch')) continue;
        expect(isStarting(state) || state === 'READY' || state === 'QR_REQUIRED', `${state} + ${event.type}`).toBe(
          false,
        );
      }
    }
  });

  test('is described by docs/session-lifecycle.md as it is', async () => {
    await expect(describeLifecycle()).toMatchFileSnapshot(DOC);
  });
});
