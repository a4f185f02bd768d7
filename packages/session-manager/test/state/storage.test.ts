import { describe, expect, test } from 'vitest';
import type { StorageSample } from '../../src/state/rows.ts';
import { openStore } from './helpers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const KEEP_ALL = { events: 1000, eventDays: 10_000, transitions: 1000, keepBytes: 0 };

function sample(bytes: number): Omit<StorageSample, 'at'> {
  return { bytes, critical: bytes - 6, important: 3, optional: 2, temporary: 1 };
}

function open() {
  const opened = openStore();
  opened.store.sessions.insert({ name: 'a', metadata: {}, desired: 'stopped' });
  const pass = (ms: number): void => {
    opened.clock.now = new Date(opened.clock.now.getTime() + ms);
  };
  const measure = (bytes: number) => opened.store.storage.record('a', sample(bytes), { warnBytes: 100, hint: '' });
  return { ...opened, pass, measure };
}

describe('the size of a session', () => {
  test('is kept once an hour, the latest of it', () => {
    const { store, pass, measure } = open();
    expect(store.storage.latest('a')).toBeNull();
    measure(10);
    pass(HOUR / 2);
    measure(20);
    pass(HOUR);
    measure(30);
    expect(store.storage.samples('a', new Date(0))).toEqual([
      { ...sample(20), at: '2026-01-01T00:30:00.000Z' },
      { ...sample(30), at: '2026-01-01T01:30:00.000Z' },
    ]);
    expect(store.storage.samples('a', new Date('2026-01-01T01:45:00Z'))).toHaveLength(1);
    expect(store.storage.latest('a')).toEqual({ ...sample(30), at: '2026-01-01T01:30:00.000Z' });
  });

  test('is thinned to one a day after a week, and forgotten after a year', () => {
    const { store, pass, measure } = open();
    for (let hour = 0; hour < 24 * 10; hour += 1) {
      measure(10);
      pass(HOUR);
    }
    expect(store.sweep(KEEP_ALL)).toBe(3 * 23);
    const days = store.storage.samples('a', new Date(0)).map(({ at }) => at.slice(0, 13));
    expect(days.slice(0, 4)).toEqual(['2026-01-01T23', '2026-01-02T23', '2026-01-03T23', '2026-01-04T00']);
    expect(store.sweep(KEEP_ALL)).toBe(0);
    pass(400 * DAY);
    measure(10);
    store.sweep(KEEP_ALL);
    expect(store.storage.samples('a', new Date(0))).toHaveLength(1);
  });

  test('goes with the session; of none that is there nothing is kept', () => {
    const { store, measure } = open();
    measure(200);
    store.sessions.remove('a');
    expect(measure(200)).toBeNull();
    expect(store.storage.latest('a')).toBeNull();
    // A new session of that name gets a new warning.
    store.sessions.insert({ name: 'a', metadata: {}, desired: 'stopped' });
    expect(measure(200)).toMatchObject({ type: 'session.storage' });
  });
});

test('a session that grows beyond the limit is told of once, until it was clearly below', () => {
  const { store, measure } = open();
  expect(measure(99)).toBeNull();
  const told = store.storage.record('a', sample(100), { warnBytes: 100, hint: 'trim it' });
  expect(told).toMatchObject({ session: 'a', type: 'session.storage' });
  expect(told?.data).toMatchObject({ bytes: 100, warnBytes: 100, hint: 'trim it' });
  // It swings around the limit.
  for (const bytes of [150, 95, 101, 90, 120]) expect(measure(bytes)).toBeNull();
  measure(89);
  expect(measure(100)).not.toBeNull();
  expect(store.events.after(0, 10)).toHaveLength(2);
});
