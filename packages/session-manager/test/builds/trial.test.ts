import { describe, expect, test } from 'vitest';
import { newTrial, newWatch, nextStep, type SessionLook, type Step, type Trial } from '../../src/builds/trial.ts';

const NEW = '2.3000.2';
const OLD = '2.3000.1';
const LIMITS = { readyMs: 100_000, passMs: 600_000, quietMs: 600_000 };
const NOTHING: SessionLook['shown'] = { sentAt: null, inboundAt: null, reloadedAt: null };
const START = new Date('2026-09-20T10:00:00.000Z');

const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);
const ready = (running: string, broken: SessionLook['broken'] = [], shown = NOTHING): SessionLook => ({
  state: 'READY',
  reason: 'connected',
  running,
  broken,
  shown,
});
const starting: SessionLook = {
  state: 'RECONNECTING',
  reason: 'saved_login',
  running: null,
  broken: [],
  shown: NOTHING,
};

/** Plays looks at a trial, one after the other, and says what came of the last. */
function play(trial: Trial, looks: [seconds: number, seen: SessionLook | null][], limits = LIMITS): Step {
  let now = trial;
  let step: Step = { kind: 'wait', trial };
  for (const [seconds, seen] of looks) {
    step = nextStep(NEW, now, () => seen, limits, at(seconds));
    if (step.kind === 'wait' || step.kind === 'ask') now = step.trial;
  }
  return step;
}

const canary = newTrial('ventas', START);

function secondOpinion(session: string, on: string | null): Trial {
  const failure = { session: 'ventas', reason: 'ids is broken in ventas', capability: 'ids', erased: false };
  return { ...canary, failure, opinion: { ...newWatch(session, START), on } };
}

describe('a build on trial', () => {
  test('passes when its canary stayed READY for as long as was asked', () => {
    const before = play(canary, [
      [0, starting],
      [30, ready(NEW)],
      [629, ready(NEW)],
    ]);
    expect(before.kind).toBe('wait');
    expect(
      play(canary, [
        [30, ready(NEW)],
        [630, ready(NEW)],
      ]),
    ).toEqual({ kind: 'pass', sessions: ['ventas'], acquits: null });
  });

  test('READY on the previous build proves nothing', () => {
    expect(play(canary, [[90, ready(OLD)]]).kind).toBe('wait');
  });

  test('a READY that was lost in between starts the time over', () => {
    const looks: [number, SessionLook][] = [
      [30, ready(NEW)],
      [400, { ...starting, state: 'DISCONNECTED_RECOVERABLE', reason: 'browser_died' }],
      [420, ready(NEW)],
      [700, ready(NEW)],
    ];
    expect(play(canary, looks).kind).toBe('wait');
    expect(play(canary, [...looks, [1020, ready(NEW)]]).kind).toBe('pass');
  });

  test('restarts that were ordered are no losses', () => {
    const stopped: SessionLook = { ...starting, state: 'STOPPED', reason: 'requested' };
    const ordered: SessionLook = { ...starting, reason: 'requested' };
    const looks = [stopped, ordered, stopped, ordered].flatMap((off, n): [number, SessionLook][] => [
      [n * 20, ready(NEW)],
      [n * 20 + 10, off],
    ]);
    expect(play(canary, looks).kind).toBe('wait');
    expect(play(canary, [...looks, [100, ready(NEW)], [700, ready(NEW)]]).kind).toBe('pass');
  });

  test('one that never stays READY has failed', () => {
    const down: SessionLook = { ...starting, state: 'DISCONNECTED_RECOVERABLE', reason: 'browser_died' };
    const step = play(canary, [
      [10, ready(NEW)],
      [20, down],
      [30, ready(NEW)],
      [40, down],
      [50, ready(NEW)],
      [60, down],
    ]);
    expect(step).toMatchObject({ kind: 'ask', failure: { reason: 'ventas does not stay READY' } });
  });

  test('a broken feature that is needed wants another opinion, and names itself', () => {
    expect(play(canary, [[30, ready(NEW, ['ids'])]])).toMatchObject({
      kind: 'ask',
      failure: { session: 'ventas', capability: 'ids' },
    });
  });

  test('not READY in time is a failure; a stop by the operator is none', () => {
    expect(play(canary, [[101, starting]])).toMatchObject({ kind: 'ask', failure: { capability: null } });
    const stopped: SessionLook = { ...starting, state: 'STOPPED', reason: 'requested' };
    expect(play(canary, [[101, stopped]])).toEqual({ kind: 'withdraw', failure: null });
    expect(play(canary, [[1, null]])).toEqual({ kind: 'withdraw', failure: null });
  });

  test('a page that erases a login is blamed at once: no other session tries it', () => {
    const erased: SessionLook = { ...starting, state: 'AUTH_FAILURE', reason: 'page_erased_login' };
    expect(play(canary, [[5, erased]])).toMatchObject({
      kind: 'blame',
      failure: { erased: true },
      sessions: ['ventas'],
    });
  });
});

describe('what a build has to be used for before it passes', () => {
  const DAY_S = 86_400;
  const limits = { ...LIMITS, quietMs: DAY_S * 1000 };
  const all = { sentAt: at(100), inboundAt: at(200), reloadedAt: at(300) };

  test('an acknowledged text, a message that came in, and a page that reloaded itself', () => {
    const looks: [number, SessionLook][] = [[30, ready(NEW)]];
    expect(play(canary, [...looks, [630, ready(NEW, [], all)]], limits).kind).toBe('pass');
    // Seen one at a time, and not before the time is over.
    const parts: [number, SessionLook][] = [
      [110, ready(NEW, [], { ...NOTHING, sentAt: at(100) })],
      [210, ready(NEW, [], { ...NOTHING, inboundAt: at(200) })],
      [310, ready(NEW, [], { ...NOTHING, reloadedAt: at(300) })],
    ];
    expect(play(canary, [...looks, ...parts], limits).kind).toBe('wait');
    expect(play(canary, [...looks, ...parts, [630, ready(NEW)]], limits).kind).toBe('pass');
  });

  test.each(['sentAt', 'inboundAt', 'reloadedAt'] as const)('without %s it takes a day', (missing) => {
    const seen = ready(NEW, [], { ...all, [missing]: null });
    const looks: [number, SessionLook][] = [
      [30, ready(NEW)],
      [630, seen],
      [DAY_S, seen],
    ];
    expect(play(canary, looks, limits).kind).toBe('wait');
    expect(play(canary, [...looks, [DAY_S + 30, seen]], limits).kind).toBe('pass');
  });

  test('what was before it was READY on the build proves nothing', () => {
    const early = { sentAt: at(20), inboundAt: at(20), reloadedAt: at(20) };
    const looks: [number, SessionLook][] = [
      [30, ready(NEW, [], early)],
      [630, ready(NEW, [], early)],
    ];
    expect(play(canary, looks, limits).kind).toBe('wait');
  });

  test('a READY that is lost now and then neither starts the day over nor counts against the build', () => {
    const down: SessionLook = { ...starting, state: 'DISCONNECTED_RECOVERABLE', reason: 'browser_died' };
    const cuts = [5, 10, 15, 20].flatMap((hour): [number, SessionLook][] => [
      [hour * 3_600 - 10, down],
      [hour * 3_600, ready(NEW)],
    ]);
    const looks: [number, SessionLook][] = [[30, ready(NEW)], ...cuts];
    expect(play(canary, [...looks, [DAY_S, ready(NEW)]], limits).kind).toBe('wait');
    expect(play(canary, [...looks, [DAY_S + 30, ready(NEW)]], limits).kind).toBe('pass');
  });

  test('a session back on the build that it knows has to prove nothing more', () => {
    const looks: [number, SessionLook][] = [
      [20, ready(OLD)],
      [110, ready(OLD)],
    ];
    expect(play(secondOpinion('ventas', OLD), looks, limits).kind).toBe('blame');
  });
});

describe('a second opinion', () => {
  test('the same session well again on the older build: the new one is at fault', () => {
    const trial = secondOpinion('ventas', OLD);
    expect(play(trial, [[20, ready(OLD)]]).kind).toBe('wait');
    expect(
      play(trial, [
        [20, ready(OLD)],
        [110, ready(OLD)],
      ]),
    ).toMatchObject({ kind: 'blame', failure: { capability: 'ids' }, sessions: ['ventas'] });
  });

  test('the same session ill on the older build as well: the build is not blamed', () => {
    expect(play(secondOpinion('ventas', OLD), [[60, ready(OLD, ['ids'])]]).kind).toBe('acquit');
    expect(play(secondOpinion('ventas', OLD), [[101, starting]]).kind).toBe('acquit');
  });

  test('another session well on the new build: it is good, and the first has a trouble of its own', () => {
    expect(
      play(secondOpinion('soporte', null), [
        [20, ready(NEW)],
        [620, ready(NEW)],
      ]),
    ).toMatchObject({ kind: 'pass', sessions: ['soporte'], acquits: { session: 'ventas' } });
  });

  test('another session ill on it, too: it is blamed with both', () => {
    expect(play(secondOpinion('soporte', null), [[20, ready(NEW, ['ids'])]])).toMatchObject({
      kind: 'blame',
      sessions: ['ventas', 'soporte'],
    });
  });
});
