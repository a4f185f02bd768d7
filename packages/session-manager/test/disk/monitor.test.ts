import { LeadMasterError } from '@leadmaster/protocol';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Measurements } from '../../src/disk/measurements.ts';
import { DiskMonitor, type MonitoredSession } from '../../src/disk/monitor.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { ProfileSize } from '../../src/profile/measure.ts';
import { openStore, scratch } from '../state/helpers.ts';

const MINUTE = 60_000;
const log = pino({ level: 'silent' });

function open(names: readonly string[]) {
  const { store } = openStore();
  const measured: string[] = [];
  const bad = new Set<string>();
  const clock = { now: Date.now() };
  const profiles = {
    async measure(session: string): Promise<ProfileSize> {
      measured.push(session);
      if (bad.has(session)) throw new LeadMasterError('profile_unreadable', 'EIO', 'Look.');
      return { bytes: 10, classes: { critical: 4, important: 3, optional: 2, temporary: 1 }, folders: [] };
    },
    trashBytes: async () => 77,
  };
  const sessions: MonitoredSession[] = names.map((name) => {
    store.sessions.insert({ name, metadata: {}, desired: 'running' });
    return { name, view: { since: new Date(0), runtime: {} } };
  });
  const measurements = new Measurements({ profiles, store, warnBytes: 1000, log });
  const config = { diskMinFreeBytes: 1 };
  const monitor = new DiskMonitor({
    ...{ profiles, store, log, config, path: scratch(), now: () => clock.now },
    roster: { supervisors: () => sessions },
    measurements,
  });
  const told = () => store.events.after(0, 100).filter(({ type }) => type === 'disk.low');
  return { store, measured, bad, clock, sessions, monitor, config, told };
}

test('each session has its turn, again after a while; one at rest far later', async () => {
  const { monitor, measured, clock, sessions } = open(['a', 'b', 'c']);
  Object.assign(sessions[1]?.view ?? {}, { runtime: null });
  for (let i = 0; i < 5; i += 1) await monitor.measureNext();
  expect(measured.sort()).toEqual(['a', 'b', 'c']);
  expect(monitor.due()).toBeNull();
  clock.now += 16 * MINUTE;
  for (let i = 0; i < 5; i += 1) await monitor.measureNext();
  expect(measured.sort()).toEqual(['a', 'a', 'b', 'c', 'c']);
  clock.now += 6 * 60 * MINUTE;
  for (let i = 0; i < 5; i += 1) await monitor.measureNext();
  expect(measured.filter((name) => name === 'b')).toHaveLength(2);
});

test('one that was stopped since is not at rest yet', async () => {
  const { monitor, clock, sessions } = open(['a']);
  await monitor.measureNext();
  clock.now += 16 * MINUTE;
  Object.assign(sessions[0]?.view ?? {}, { runtime: null, since: new Date(clock.now - MINUTE) });
  expect(monitor.due()).toBe('a');
});

test('one that cannot be measured does not keep the others from their turn', async () => {
  const { monitor, measured, bad } = open(['a', 'b']);
  bad.add('a');
  for (let i = 0; i < 4; i += 1) await monitor.measureNext();
  expect(measured).toEqual(['a', 'b']);
});

test('little room is told once, and again only after there was more', async () => {
  const { monitor, config, told } = open([]);
  await monitor.look();
  expect(told()).toEqual([]);
  config.diskMinFreeBytes = 2 ** 60;
  await monitor.look();
  await monitor.look();
  expect(told()).toHaveLength(1);
  expect(told()[0]).toMatchObject({
    session: '',
    data: { neededBytes: 2 ** 61, hint: expect.stringMatching(/space/) },
  });
  config.diskMinFreeBytes = 1;
  await monitor.look();
  config.diskMinFreeBytes = 2 ** 60;
  await monitor.look();
  expect(told()).toHaveLength(2);
});

test('what it knows is in the metrics, and nothing before it knows', async () => {
  const { monitor, store } = open(['a']);
  const metrics = createMetrics(
    () => [],
    store.events,
    undefined,
    () => monitor.figures(),
  );
  const before = await metrics.metrics();
  expect(before).not.toMatch(/^leadmaster_(trash_bytes|disk_free_bytes|session_storage_bytes)[ {]/m);
  await monitor.measureNext();
  await monitor.look();
  const text = await metrics.metrics();
  expect(text).toContain('leadmaster_session_storage_bytes{session="a",class="critical"} 4');
  expect(text).toContain('leadmaster_session_storage_bytes{session="a",class="temporary"} 1');
  expect(text).toContain('leadmaster_trash_bytes 77');
  expect(text).toMatch(/^leadmaster_disk_free_bytes \d{6,}$/m);
  expect(text).not.toMatch(/^leadmaster_session_storage_growth_bytes_per_day\{/m);
});

test('works by itself until it is closed', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { monitor, measured } = open(['a', 'b']);
  monitor.start();
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(measured.sort()).toEqual(['a', 'b']);
  await monitor.close();
  await vi.advanceTimersByTimeAsync(100 * MINUTE);
  expect(measured).toHaveLength(2);
});
