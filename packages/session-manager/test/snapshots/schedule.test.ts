import { HELD_BACK_REASONS, SESSION_STATES, type SessionState } from '@leadmaster/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { type ScheduleDeps, SnapshotSchedule } from '../../src/snapshots/schedule.ts';

const HOUR_MS = 3_600_000;
const zone = process.env.TZ;

/** A schedule whose rounds are noted with their time and end at once. */
function scheduled(schedule: string): { rounds: string[]; close: () => void } {
  const rounds: string[] = [];
  const deps = {
    config: { ...readConfig({}).snapshots, schedule },
    snapshots: {
      later(work: (signal: AbortSignal) => Promise<void>) {
        rounds.push(new Date().toString().slice(4, 21));
        void work(AbortSignal.abort());
      },
    },
    access: { names: () => [] },
    store: { events: { subscribe: () => () => undefined } },
    log: pino({ level: 'silent' }),
  } as unknown as ScheduleDeps;
  const made = new SnapshotSchedule(deps);
  return { rounds, close: () => made.close() };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

describe('the nightly round', () => {
  test.each([
    ['02:00 does not exist', 'Europe/Madrid', '0 2 * * *', '2026-03-28T12:00:00+01:00'],
    ['02:30 does not exist', 'America/New_York', '30 2 * * *', '2026-03-07T12:00:00-05:00'],
    ['02:00 comes twice', 'Europe/Madrid', '0 2 * * *', '2026-10-24T12:00:00+02:00'],
    ['02:30 comes twice', 'Europe/Madrid', '30 2 * * *', '2026-10-24T12:00:00+02:00'],
    ['01:30 comes twice', 'America/New_York', '30 1 * * *', '2026-10-31T12:00:00-04:00'],
    ['midnight does not exist', 'America/Santiago', '0 0 * * *', '2026-09-05T12:00:00-04:00'],
    ['midnight comes twice', 'America/Havana', '0 0 * * *', '2026-10-31T12:00:00-04:00'],
    ['half an hour is missing', 'Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00:00+10:30'],
  ])('is held once each night, also where %s (%s)', async (_what, timeZone, cron, noonBefore) => {
    process.env.TZ = timeZone;
    vi.setSystemTime(new Date(noonBefore));
    const { rounds, close } = scheduled(cron);
    for (let night = 1; night <= 3; night += 1) {
      await vi.advanceTimersByTimeAsync(24 * HOUR_MS);
      expect(rounds, rounds.join(', ')).toHaveLength(night);
    }
    close();
  });

  test('that was slept through is held once after waking', async () => {
    process.env.TZ = 'Europe/Madrid';
    vi.setSystemTime(new Date('2026-06-01T23:00:00+02:00'));
    const { rounds, close } = scheduled('0 2 * * *');
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    // The machine sleeps: its clock continues, and no timer runs.
    vi.setSystemTime(new Date('2026-06-04T09:00:00+02:00'));
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(rounds).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(23 * HOUR_MS);
    expect(rounds).toHaveLength(2);
    close();
  });
});

/** A session's row, linked and with nothing that waits for the operator. */
const LINKED = { reason: 'x', caughtUpTo: '2026-01-01T00:00:00.000Z', wrongAccount: null };

/** Which of these sessions a round orders a snapshot of. */
async function saved(rows: Record<string, object>): Promise<string[]> {
  const ordered: string[] = [];
  const deps = {
    config: { ...readConfig({}).snapshots, schedule: null, drills: 0 },
    snapshots: { create: async (session: string) => void ordered.push(session), prune: async () => [] },
    access: { names: () => Object.keys(rows) },
    store: {
      events: { subscribe: () => () => undefined },
      sessions: { get: (name: string) => rows[name] ?? null },
      snapshots: { latest: () => null },
    },
    log: pino({ level: 'silent' }),
  } as unknown as ScheduleDeps;
  const made = new SnapshotSchedule(deps);
  await made.round(new AbortController().signal);
  made.close();
  return ordered;
}

describe('a round', () => {
  /** `saved`: ordered, and what fails of it is told. `passed over`: no login of its own is here, which its state tells. */
  const EXPECTED: Record<SessionState, 'saved' | 'passed over'> = {
    STOPPED: 'saved',
    INITIALIZING: 'saved',
    RECONNECTING: 'saved',
    QR_REQUIRED: 'saved',
    PASSKEY_REQUIRED: 'saved',
    WRONG_ACCOUNT: 'passed over',
    AUTHENTICATED: 'saved',
    READY: 'saved',
    DISCONNECTED_RECOVERABLE: 'saved',
    DISCONNECTED_LOGOUT: 'saved',
    DISCONNECTED_BANNED: 'saved',
    AUTH_FAILURE: 'saved',
    STOPPING: 'saved',
    ERROR: 'saved',
    MOVED: 'passed over',
  };

  test.each(SESSION_STATES)('with a linked session in %s', async (state) => {
    expect(await saved({ ventas: { ...LINKED, state } })).toEqual(EXPECTED[state] === 'saved' ? ['ventas'] : []);
  });

  test.each(SESSION_STATES)('passes over a session in %s that is not linked', async (state) => {
    expect(await saved({ ventas: { ...LINKED, state, caughtUpTo: null } })).toEqual([]);
  });

  test.each([['AUTH_FAILURE', 'page_erased_login'], ...HELD_BACK_REASONS.map((reason) => ['STOPPED', reason])])(
    'passes over a session in %s with reason %s',
    async (state, reason) => {
      expect(await saved({ ventas: { ...LINKED, state, reason } })).toEqual([]);
    },
  );

  test('passes over a stopped session whose login is of a wrong account, and saves the others', async () => {
    const wrong = { ...LINKED, state: 'STOPPED', wrongAccount: { reason: 'other_account' } };
    expect(await saved({ ventas: wrong, soporte: { ...LINKED, state: 'READY' } })).toEqual(['soporte']);
  });
});

describe('what bounds a session more than before', () => {
  const OFF = { sending: 'off', offBy: ['session'] };

  test.each([
    ['its own sending is off', 'session.sending', OFF, ['ventas bounds']],
    ['a number is expected', 'session.expected_phone', { expectedPhone: '5491100000001' }, ['ventas bounds']],
    ['sending is on', 'session.sending', { sending: 'on', offBy: [] }, []],
    ['its hub says so', 'session.sending', { sending: 'off', offBy: ['machine'] }, []],
    ['no number is expected', 'session.expected_phone', { expectedPhone: null }, []],
  ])('is in a snapshot soon after it, once: %s', async (_what, type, data, expected) => {
    const taken: string[] = [];
    let tell: (event: object) => void = () => undefined;
    const deps = {
      config: { ...readConfig({}).snapshots, schedule: null },
      snapshots: {
        create: async (session: string, { reason }: { reason: string }) => void taken.push(`${session} ${reason}`),
        later: (work: (signal: AbortSignal) => Promise<void>) => void work(new AbortController().signal),
      },
      access: { names: () => ['ventas'], has: () => true },
      store: {
        events: {
          subscribe(listener: typeof tell) {
            tell = listener;
            return () => undefined;
          },
        },
        sessions: { get: () => ({ ...LINKED, state: 'READY' }) },
        snapshots: { latest: () => ({ id: '1-a', at: '2026-01-01T00:00:00.000Z' }) },
      },
      log: pino({ level: 'silent' }),
    } as unknown as ScheduleDeps;
    const made = new SnapshotSchedule(deps);
    for (let times = 0; times < 2; times += 1) tell({ session: 'ventas', type, data });
    await vi.advanceTimersByTimeAsync(10_000);
    made.close();
    expect(taken).toEqual(expected);
  });
});
