import { expect, test, vi } from 'vitest';
import { createMetrics } from '../src/metrics.ts';
import { A_SNAPSHOT } from './event-samples.ts';
import { linkSession, NAME, openSessions } from './lifecycle/linked-session.ts';
import { openStore, scratch } from './state/helpers.ts';

test('what becomes of snapshots is measured', async () => {
  const { store } = openStore();
  const registry = createMetrics(() => [], store.events, {
    perSession: () => [
      { session: 'a', lastAt: '2026-01-01T00:00:10.000Z', lastVerifiedAt: null, lastFailedAt: null },
      {
        session: 'b',
        lastAt: null,
        lastVerifiedAt: '2026-01-01T00:00:20.000Z',
        lastFailedAt: '2026-01-01T00:00:30.000Z',
      },
    ],
  });
  const at = '2026-01-01T00:00:00.000Z';
  const ran = { ...A_SNAPSHOT, reason: 'schedule', method: 'cgroup', newBytes: 9, durationMs: 700 } as const;
  for (const name of ['a', 'b']) store.sessions.insert({ name, metadata: {}, desired: 'stopped' });
  store.snapshots.created('a', { id: '1-a', at, data: { ...ran, pauseMs: 250, storedBytes: 1_000 } });
  store.snapshots.created('a', { id: '2-a', at, data: { ...ran, pauseMs: 500, storedBytes: 24 } });
  store.snapshots.created('b', { id: '1-b', at, data: { ...ran, method: 'none', pauseMs: 0, storedBytes: 0 } });
  store.snapshots.failed('b', { code: 'store_full', detail: 'full', reason: 'schedule', hint: 'make room' });
  store.snapshots.verified('a', { id: '1-a', at, ok: true, drill: false });
  store.snapshots.verified('a', { id: '1-a', at, ok: true, drill: true });
  store.snapshots.verified('b', { id: '1-b', at, ok: false, drill: true });

  const lines = (await registry.metrics()).split('\n');
  const base = Date.parse(at) / 1000;
  for (const line of [
    'leadmaster_snapshots_total{session="a",result="ok"} 2',
    'leadmaster_snapshots_total{session="b",result="ok"} 1',
    'leadmaster_snapshots_total{session="b",result="failed"} 1',
    'leadmaster_drills_total{result="ok"} 1',
    'leadmaster_drills_total{result="failed"} 1',
    'leadmaster_snapshot_pause_seconds_count 2',
    'leadmaster_snapshot_pause_seconds_sum 0.75',
    'leadmaster_snapshot_pause_seconds_bucket{le="0.25"} 1',
    'leadmaster_snapshot_stored_bytes_total 1024',
    `leadmaster_snapshot_last_timestamp_seconds{session="a"} ${base + 10}`,
    `leadmaster_snapshot_last_verified_timestamp_seconds{session="b"} ${base + 20}`,
    'leadmaster_snapshot_failing{session="a"} 0',
    'leadmaster_snapshot_failing{session="b"} 1',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.filter((line) => line.startsWith('leadmaster_snapshot_last_'))).toHaveLength(2);
});

test('without figures the events are counted anyway', async () => {
  const { store } = openStore();
  const text = await createMetrics(() => [], store.events).metrics();
  expect(text).toContain('leadmaster_drills_total{result="failed"} 0');
  expect(text).not.toContain('leadmaster_snapshot_failing');
});

test('what the page cannot do, and what WhatsApp asks and restricts, is measured per session', async () => {
  const dataDir = scratch();
  await linkSession(dataDir);
  const { sessions, roster, engine, store } = await openSessions(dataDir);
  await sessions.load();
  await sessions.boot();
  await vi.waitFor(() => expect(engine.runs).toHaveLength(1));
  engine.run.page = {
    ...engine.run.page,
    checks: [{ name: 'MsgKey', feature: 'ids', result: 'ok', isNeeded: true, detail: '' }],
    canJournal: false,
  };
  engine.run.login();
  engine.run.tell({ type: 'limits', limits: { state: 'capped', until: null, used: 50, total: 50 } });
  engine.run.tell({ type: 'attention', reason: 'integrity_challenge' });
  const registry = createMetrics(() => roster.supervisors(), store.events);
  await vi.waitFor(async () => {
    const lines = (await registry.metrics()).split('\n');
    for (const line of [
      `leadmaster_session_feature{session="${NAME}",feature="ids"} 1`,
      `leadmaster_session_feature{session="${NAME}",feature="text"} 0`,
      `leadmaster_session_new_chats_capped{session="${NAME}"} 1`,
      `leadmaster_session_new_chats_locked{session="${NAME}"} 0`,
      `leadmaster_session_needs_attention{session="${NAME}"} 1`,
    ])
      expect(lines).toContain(line);
    expect(lines.join('\n')).not.toContain('feature="media"');
  });
  await sessions.close();
  store.close();
});
