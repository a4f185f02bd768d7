import { LeadMasterError } from '@leadmaster/protocol';
import { faultyStateStore } from '@leadmaster/testkit';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Measurements } from '../../src/disk/measurements.ts';
import type { ProfileSize } from '../../src/profile/measure.ts';
import { openStore } from '../state/helpers.ts';

function size(bytes: number): ProfileSize {
  return { bytes, classes: { critical: bytes, important: 0, optional: 0, temporary: 0 }, folders: [] };
}

function open(measure: () => Promise<ProfileSize>) {
  const opened = openStore();
  const { store, faults } = faultyStateStore(opened.store);
  store.sessions.insert({ name: 'a', metadata: {}, desired: 'stopped' });
  const make = () =>
    new Measurements({ profiles: { measure }, store, warnBytes: 1000, log: pino({ level: 'silent' }) });
  return { store, faults, make, measurements: make(), clock: opened.clock };
}

test('what was measured is known, also to the next run of the service', async () => {
  const { measurements, make } = open(async () => size(5));
  expect(measurements.summary('a')).toEqual({
    bytes: null,
    criticalBytes: null,
    growthBytesPerDay: null,
    measuredAt: null,
  });
  const { measuredAt } = await measurements.measure('a');
  expect(measurements.summary('a')).toEqual({ bytes: 5, criticalBytes: 5, growthBytesPerDay: null, measuredAt });
  expect(make().summary('a')).toMatchObject({ bytes: 5, criticalBytes: 5 });
  expect(measurements.growth('a')).toBeNull();
  measurements.forget('a');
  expect(measurements.summary('a').bytes).toBe(5);
});

test('the growth is known with the size, once there is an hour to judge by', async () => {
  let bytes = 1_000_000;
  const { measurements, make, clock } = open(async () => size(bytes));
  clock.now = new Date(Date.now() - 2 * 3_600_000);
  await measurements.measure('a');
  clock.now = new Date(clock.now.getTime() + 2 * 3_600_000);
  bytes = 3_000_000;
  await measurements.measure('a');
  expect(measurements.summary('a').growthBytesPerDay).toBe(24_000_000);
  expect(make().summary('a').growthBytesPerDay).toBe(24_000_000);
});

test('those who ask at once share one walk', async () => {
  let walks = 0;
  const walk = Promise.withResolvers<ProfileSize>();
  const { measurements } = open(() => {
    walks += 1;
    return walk.promise;
  });
  const both = [measurements.measure('a'), measurements.measure('a')];
  walk.resolve(size(7));
  expect((await Promise.all(both)).map(({ bytes }) => bytes)).toEqual([7, 7]);
  await measurements.measure('a');
  expect(walks).toBe(2);
});

test('a profile that cannot be read is an error, and the next attempt a new one', async () => {
  let fails = true;
  const { measurements } = open(async () => {
    if (fails) throw new LeadMasterError('profile_unreadable', 'EIO', 'Look.');
    return size(1);
  });
  await expect(measurements.measure('a')).rejects.toMatchObject({ code: 'profile_unreadable' });
  fails = false;
  expect((await measurements.measure('a')).bytes).toBe(1);
});

test('a full disk keeps the history, not the figures', async () => {
  const { measurements, faults } = open(async () => size(9));
  faults.fails = (call) => call === 'storage.record';
  expect((await measurements.measure('a')).bytes).toBe(9);
  expect(measurements.summary('a').bytes).toBe(9);
});

test('growing beyond the limit is told with what it is made of', async () => {
  const { measurements, store } = open(async () => size(2000));
  await measurements.measure('a');
  await measurements.measure('a');
  const told = store.events.after(0, 10).filter(({ type }) => type === 'session.storage');
  expect(told).toHaveLength(1);
  expect(told[0]?.data).toMatchObject({
    bytes: 2000,
    warnBytes: 1000,
    critical: 2000,
    hint: expect.stringContaining('trim a'),
  });
});
