import { LeadMasterError, type Session } from '@leadmaster/protocol';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Measurements } from '../../src/disk/measurements.ts';
import { StorageCare } from '../../src/disk/storage-care.ts';
import type { ProfileSize } from '../../src/profile/measure.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { openStore } from '../state/helpers.ts';

const MB = 2 ** 20;
const log = pino({ level: 'silent' });

function open({ limit = 500, media = 800 }: { limit?: number | null; media?: number } = {}) {
  const { store } = openStore();
  store.sessions.insert({ name: 'a', metadata: {}, desired: 'running' });
  const steps: string[] = [];
  const state = { running: false, media, fails: null as Error | null };
  const profiles: Pick<ProfileStore, 'measure' | 'trim' | 'locate' | 'recent'> = {
    locate: (name) => `/data/tokens/${name}`,
    recent: async () => ({ items: [], total: 0 }),
    async measure(): Promise<ProfileSize> {
      const optional = state.media * MB;
      return {
        bytes: optional + 600 * MB,
        classes: { critical: 600 * MB, important: 0, optional, temporary: 0 },
        folders: [],
      };
    },
    async trim() {
      if (state.fails !== null) throw state.fails;
      steps.push('moved out');
      const freedBytes = state.media * MB;
      state.media = 0;
      return { freedBytes, discard: async () => void steps.push('deleted') };
    },
  };
  const measurements = new Measurements({ profiles, store, warnBytes: 1000 * MB, log });
  const care = new StorageCare({
    ...{ store, log, profiles: profiles as ProfileStore },
    config: { storageWarnBytes: 1000 * MB, storageTrimBytes: limit === null ? null : limit * MB },
    measurements,
    access: { get: async () => ({}) as Session },
    profileAccess: {
      async whileStopped(_name, { restart }, task) {
        if (state.running && !restart) throw new LeadMasterError('session_running', 'It runs.', 'Stop it.');
        try {
          return await task();
        } finally {
          steps.push('let go');
        }
      },
    },
  });
  return { care, store, steps, state, measurements };
}

test('a trim moves out while it holds the session, and deletes afterwards', async () => {
  const { care, steps, store } = open();
  const phases: string[] = [];
  const report = await care.trim('a', { restart: false, onProgress: ({ phase }) => phases.push(phase) });
  expect(report).toEqual({ freedBytes: 800 * MB, bytes: 600 * MB });
  expect(steps).toEqual(['moved out', 'let go', 'deleted']);
  expect(phases).toEqual(['waiting', 'trimming', 'deleting']);
  expect(store.events.after(0, 10).at(-1)).toMatchObject({ type: 'session.trimmed', data: report });
  expect((await care.storage('a')).bytes).toBe(600 * MB);
});

test('one that was given up before its turn changes nothing', async () => {
  const { care, steps } = open();
  const signal = AbortSignal.abort(new Error('given up'));
  await expect(care.trim('a', { restart: false, signal })).rejects.toThrow('given up');
  expect(steps).toEqual(['let go']);
});

test('by itself only where it is asked for, larger, and worth it', async () => {
  const wanted = open();
  await wanted.measurements.measure('a');
  await wanted.care.trimStopped('a');
  expect(wanted.steps).toContain('deleted');
  // Larger still, by what cannot go: the next stop does not slow the start after it for nothing.
  await wanted.care.trimStopped('a');
  expect(wanted.steps.filter((step) => step === 'deleted')).toHaveLength(1);

  for (const options of [{ limit: null }, { limit: 2000 }, { media: 20 }]) {
    const { care, measurements, steps } = open(options);
    await measurements.measure('a');
    await care.trimStopped('a');
    expect(steps).toEqual([]);
  }
  const unmeasured = open();
  await unmeasured.care.trimStopped('a');
  expect(unmeasured.steps).toEqual([]);
});

test('a measurement that starts by itself never fails its caller', async () => {
  const { care, measurements, state, steps } = open();
  await measurements.measure('a');
  state.running = true;
  await care.trimStopped('a');
  state.running = false;
  state.fails = new LeadMasterError('login_damaged', 'half', 'Look.');
  await care.trimStopped('a');
  expect(steps).toEqual(['let go']);
});
