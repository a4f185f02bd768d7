import { join } from 'node:path';
import { migrate } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/state/migrations/index.ts';
import { SCHEMA } from '../../src/state/schema.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { aQr, received } from '../event-samples.ts';
import { openStore, scratch } from './helpers.ts';

const DAY = 86_400_000;
/** Of events all but the newest goes, unless a hub holds it. */
const ONE = { events: 1, eventDays: 30, transitions: 10, keepBytes: 2 ** 30 };

function write(store: StateStore, count: number): void {
  for (let i = 0; i < count; i++) store.events.append(aQr('a'));
}

function kept(store: StateStore): number[] {
  return store.events.after(0, 1_000).map(({ id }) => id);
}

test('events stay until the last of two hubs has confirmed them', () => {
  const { store } = openStore();
  write(store, 6);
  store.hubs.confirm('one', 4);
  store.hubs.confirm('two', 2);
  store.sweep(ONE);
  expect(kept(store)).toEqual([3, 4, 5, 6]);
  store.hubs.confirm('two', 5);
  store.sweep(ONE);
  expect(kept(store)).toEqual([5, 6]);
  store.hubs.confirm('one', 6);
  store.sweep(ONE);
  expect(kept(store)).toEqual([6]);
});

test('a hub holds back what is old by age as well, and ordinary retention is as before where it is quicker', () => {
  const { store, clock } = openStore();
  write(store, 4);
  clock.now = new Date(clock.now.getTime() + 31 * DAY);
  store.hubs.confirm('one', 2);
  const byAge = { ...ONE, events: 1_000 };
  store.sweep(byAge);
  expect(kept(store)).toEqual([3, 4]);
  write(store, 2);
  store.hubs.confirm('one', 6);
  store.sweep(byAge);
  expect(kept(store)).toEqual([5, 6]);
});

test('at the limit the oldest go, which is noted; below it nothing does', () => {
  const { store } = openStore();
  store.hubs.confirm('one', 0);
  write(store, 10);
  const { bytes } = store.events.measure(0);
  store.sweep({ ...ONE, keepBytes: bytes });
  expect([kept(store).length, store.hubs.droppedUpTo(), store.events.gapAfter(0)]).toEqual([10, 0, null]);
  store.sweep({ ...ONE, keepBytes: store.events.measure(6).bytes + 1 });
  expect([kept(store), store.hubs.droppedUpTo()]).toEqual([[7, 8, 9, 10], 6]);
  expect(store.events.gapAfter(2)?.data).toEqual({ from: 3, to: 6, reason: 'limit' });
  store.sweep({ ...ONE, keepBytes: 0 });
  expect(kept(store)).toEqual([10]);
});

test('what ordinary retention keeps does not go by the limit', () => {
  const { store } = openStore();
  store.hubs.confirm('one', 0);
  write(store, 10);
  store.sweep({ ...ONE, events: 8, keepBytes: 0 });
  expect(kept(store)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
});

test('a hub that is not seen for 7 days is forgotten, with an event, and holds nothing any longer', () => {
  const { store, clock } = openStore();
  write(store, 5);
  store.hubs.confirm('away', 1);
  store.hubs.confirm('here', 3);
  const seenAt = clock.now.toISOString();
  const after = (days: number) => new Date(Date.parse(seenAt) + days * DAY);
  store.sweep({ ...ONE, now: after(7) });
  expect(kept(store)).toEqual([2, 3, 4, 5]);
  clock.now = after(6);
  store.hubs.confirm('here', 3);
  store.sweep({ ...ONE, now: new Date(after(7).getTime() + 1) });
  expect(store.hubs.all().map(({ id }) => id)).toEqual(['here']);
  expect(kept(store)).toEqual([4, 5, 6]);
  expect(store.events.after(5, 9)).toMatchObject([
    { session: '', type: 'hub.forgotten', data: { hub: 'away', reason: 'unseen', seenAt, confirmed: 1 } },
  ]);
});

test('by a clock that jumped and is not believed no hub is forgotten', () => {
  const { store, clock } = openStore();
  write(store, 3);
  store.hubs.confirm('one', 1);
  const believed = clock.now;
  clock.now = new Date(believed.getTime() + 400 * DAY);
  store.sweep({ ...ONE, now: believed });
  expect(kept(store)).toEqual([2, 3]);
});

test('a gap of a session is told only where an event of it went', () => {
  const { store } = openStore();
  for (const session of ['a', 'b', 'a', 'b', 'b']) store.events.append(aQr(session));
  store.sweep({ ...ONE, events: 2 });
  const gap = (cursor: number, session: string) => store.events.gapAfter(cursor, session)?.data ?? null;
  expect(gap(0, 'a')).toEqual({ from: 1, to: 3, reason: 'retention' });
  expect(gap(0, 'b')).toEqual({ from: 1, to: 2, reason: 'retention' });
  expect([gap(2, 'b'), gap(3, 'a'), gap(0, 'c')]).toEqual([null, null, null]);
});

test('an event with a wrong time makes no hole: it waits for those before it', () => {
  const { store, clock } = openStore();
  write(store, 2);
  const { now } = clock;
  clock.now = new Date(0);
  write(store, 1);
  clock.now = now;
  write(store, 1);
  store.sweep({ ...ONE, events: 1_000 });
  expect(kept(store)).toEqual([1, 2, 3, 4]);
});

test('a change that is undone leaves no id out', async () => {
  const { store } = openStore();
  write(store, 1);
  const undone = () => {
    write(store, 2);
    throw new Error('undone');
  };
  expect(() => store.atomically(undone)).toThrow('undone');
  const [failed] = await Promise.allSettled([store.later(undone), store.later(() => write(store, 1))]);
  expect(failed.status).toBe('rejected');
  write(store, 1);
  expect(kept(store)).toEqual([1, 2, 3]);
});

test('the bytes of events are what the database grows by', () => {
  const { store, file } = openStore();
  const size = () => {
    const db = new Database(file, { readonly: true });
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.close();
    return pages * 4096;
  };
  const before = size();
  store.atomically(() => {
    for (let i = 0; i < 5_000; i++)
      store.events.append({ session: 'ventas', ...received({ text: 'ñ'.repeat((i * 37) % 400) }) });
  });
  const { events, bytes } = store.events.measure(0);
  expect(events).toBe(5_000);
  const grown = size() - before;
  expect(bytes / grown).toBeGreaterThan(0.8);
  expect(bytes / grown).toBeLessThan(1.1);
});

test('a database of the version before continues: its events are measured, and what went before is told', () => {
  const file = join(scratch(), 'state.db');
  const db = new Database(file);
  migrate(db, { ...SCHEMA, steps: MIGRATIONS.slice(0, 11) }, () => new Date(0));
  db.exec(`
    INSERT INTO sessions (name, state, reason, since, desired, metadata, created_at)
      VALUES ('quiet', 'STOPPED', 'x', 'x', 'running', '{}', 'x');
    INSERT INTO events (id, session, type, at, data) VALUES
      (3, 'a', 'session.qr', '2026-01-01T00:00:00.000Z', '{"ñ":1}'), (4, 'a', 'session.qr', '2026-01-02T00:00:00.000Z', '{}');`);
  db.close();
  const { store } = openStore(file);
  const row = 90 + 'a'.length + 'session.qr'.length + '2026-01-01T00:00:00.000Z'.length + '{}'.length;
  expect(store.events.measure(3)).toEqual({ events: 1, bytes: row, since: '2026-01-02T00:00:00.000Z' });
  expect(store.events.measure(0)).toMatchObject({ events: 2, bytes: 2 * row + '"ñ":1'.length + 1 });
  for (const session of [undefined, 'a', 'quiet'])
    expect(store.events.gapAfter(0, session)?.data).toEqual({ from: 1, to: 2, reason: 'retention' });
  write(store, 1);
  expect(store.events.measure(3).bytes).toBeGreaterThan(2 * row);
  expect(store.events.measure(5)).toEqual({ events: 0, bytes: 0, since: null });
  expect(store.hubs.all()).toEqual([]);
});
