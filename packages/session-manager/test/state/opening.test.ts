import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/state/migrations/index.ts';
import { isOlderDatabase, readState } from '../../src/state/read-only.ts';
import { SCHEMA, SCHEMA_VERSION } from '../../src/state/schema.ts';
import { looksFrom } from '../../src/state/sessions.ts';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { aQr, received } from '../event-samples.ts';
import { openStore, refusal, scratch } from './helpers.ts';
import { forgetNewestSchema } from './older-schema.ts';

/** A database with something in it, closed. */
function filled(): string {
  const { store, file } = openStore();
  store.sessions.insert({ name: 'ventas', metadata: {}, desired: 'running' });
  for (let i = 0; i < 300; i++) store.events.append(aQr('ventas'));
  store.close();
  return file;
}

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

describe('a new database', () => {
  test('is made whole, readable by its owner only, durable and in WAL', () => {
    const { store, file } = openStore();
    store.events.append(aQr('s'));
    for (const name of readdirSync(join(file, '..'))) {
      expect([name, (statSync(join(file, '..', name)).mode & 0o777).toString(8)]).toEqual([name, '600']);
    }
    store.close();
    const db = new Database(file, { readonly: true });
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.prepare('SELECT version, name FROM schema_migrations').all()).toEqual(
      MIGRATIONS.map(({ version, name }) => ({ version, name })),
    );
    db.close();
  });

  test('is read back by the next start, and permissions are repaired', () => {
    const file = filled();
    chmodSync(file, 0o644);
    const { store } = openStore(file);
    expect(store.sessions.all().map((s) => s.name)).toEqual(['ventas']);
    expect(store.events.lastId()).toBe(300);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a draft left by a crash is no obstacle', () => {
    const file = join(scratch(), 'session-manager.db');
    writeFileSync(`${file}.new`, 'half a draft');
    expect(openStore(file).store.sessions.all()).toEqual([]);
    expect(readdirSync(join(file, '..'))).not.toContain('session-manager.db.new');
  });
});

describe('migrations', () => {
  test('are numbered without a gap', () => {
    expect(MIGRATIONS.map((m) => m.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  test('each is one transaction: a step that fails leaves the one before', () => {
    const db = new Database(':memory:');
    const now = () => new Date(0);
    const steps = [
      { version: 1, name: 'a', sql: 'CREATE TABLE a (x INTEGER)' },
      { version: 2, name: 'b', sql: 'CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER)' },
    ];
    expect(() => migrate(db, { ...SCHEMA, steps: steps }, now)).toThrow(/already exists/);
    const tables = () => db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all();
    expect(tables()).toEqual(['a', 'schema_migrations']);
    const repaired = [steps[0], { version: 2, name: 'b', sql: 'CREATE TABLE b (x INTEGER)' }].filter(
      (s) => s !== undefined,
    );
    expect(migrate(db, { ...SCHEMA, steps: repaired }, now)).toEqual({ from: 1, to: 2 });
    expect(migrate(db, { ...SCHEMA, steps: repaired }, now)).toEqual({ from: 2, to: 2 });
    db.close();
  });

  test('an older version continues: its messages are known for its own, and nothing older than it had reached is told', () => {
    const file = join(scratch(), 'session-manager.db');
    const db = new Database(file);
    migrate(db, { ...SCHEMA, steps: MIGRATIONS.slice(0, 4) }, () => new Date(0));
    db.exec(`
      INSERT INTO sessions (name, state, reason, since, desired, metadata, created_at, caught_up_to)
        VALUES ('ventas', 'STOPPED', 'x', 'x', 'running', '{}', 'x', '2026-01-01T00:00:00.000Z');
      INSERT INTO messages (id, session, state, whatsapp_id, recipient, request_hash, at, changed_at)
        VALUES ('msg_1', 'ventas', 'SENT', 'true_A', '1', 'h', '2026-01-01', '2026-01-01'),
               ('msg_2', 'ventas', 'UNCERTAIN', NULL, '1', 'h', '2026-01-01', '2026-01-01');`);
    db.close();
    const { store } = openStore(file);
    const row = store.sessions.get('ventas');
    expect(row === null ? null : looksFrom(row)).toEqual(new Date('2026-01-01T00:00:00.000Z'));
    const seen = { ids: ['true_A'], at: '2026-01-02', news: () => received() };
    expect(store.inbox.receive('ventas', seen)).toBeNull();
    expect(store.messages.unsearched('ventas').map(({ message }) => message)).toMatchObject([
      { id: 'msg_2', code: null, retryAt: null },
    ]);
  });

  test('an older version continues: its snapshots count for the links in place until the vault tells otherwise', () => {
    const file = join(scratch(), 'session-manager.db');
    const db = new Database(file);
    migrate(db, { ...SCHEMA, steps: MIGRATIONS.slice(0, 9) }, () => new Date(0));
    const account = JSON.stringify({ id: '1@c.us', phone: '1', name: '' });
    db.exec(`
      INSERT INTO sessions (name, state, reason, since, desired, metadata, created_at, caught_up_to, account)
        VALUES ('soporte', 'MOVED', 'x', 'x', 'stopped', '{}', 'x', NULL, '${account}'),
               ('nueva', 'QR_REQUIRED', 'x', 'x', 'running', '{}', 'x', NULL, NULL),
               ('ventas', 'STOPPED', 'x', 'x', 'running', '{}', 'x', '2026-01-01T00:00:00.000Z', NULL);
      INSERT INTO snapshots (session, id, at) VALUES ('ventas', '1-a', 'x'), ('ventas', '2-b', 'x'),
        ('soporte', '1-c', 'x'), ('nueva', '1-d', 'x'), ('borrada', '1-e', 'x');
      INSERT INTO snapshot_failures (session, at, code, detail) VALUES ('ventas', 'x', 'store_full', 'x');
      INSERT INTO moved (session, generation, at) VALUES ('soporte', 3, 'x'), ('ventas', 2, 'x');`);
    db.close();
    const { store } = openStore(file);
    const latest = (session: string) => store.snapshots.latest(session)?.id ?? null;
    expect(['ventas', 'soporte', 'nueva', 'borrada'].map(latest)).toEqual(['2-b', '1-c', null, null]);
    expect(store.snapshots.failure('ventas')).toMatchObject({ code: 'store_full' });
    expect(store.tombstones.away()).toMatchObject([{ session: 'soporte', account: { phone: '1' } }]);
    expect([store.tombstones.generation('soporte'), store.tombstones.generation('ventas')]).toEqual([3, 2]);
    expect(store.snapshots.guessed('ventas')).toEqual(['1-a', '2-b']);
    store.snapshots.settleGuess('ventas', ['2-b']);
    expect([latest('ventas'), store.snapshots.guessed('ventas')]).toEqual(['1-a', []]);
    // No number comes twice.
    const links = store.sessions.all().map(({ link }) => link);
    store.sessions.nextLink('ventas');
    expect(links).not.toContain(store.sessions.get('ventas')?.link);
    expect(latest('ventas')).toBeNull();
  });

  test('a newer schema is refused untouched, with both versions and a hint', () => {
    const file = filled();
    change(file, `INSERT INTO schema_migrations VALUES (${SCHEMA_VERSION + 1}, 'later', 'x')`);
    const before = readFileSync(file);
    const error = refusal(() => createStateStore({ file }));
    expect(error.code).toBe('storage_failed');
    expect(error.message).toContain(file);
    expect(error.message).toContain(`schema version ${SCHEMA_VERSION + 1}`);
    expect(error.message).toContain(`up to ${SCHEMA_VERSION}`);
    expect(error.hint).toMatch(/newer LeadMaster.*restore/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('a damaged database is refused and left byte for byte', () => {
  const damages: Record<string, (file: string) => void> = {
    'other bytes': (file) => writeFileSync(file, 'this is not a database at all, despite its name'),
    empty: (file) => truncateSync(file, 0),
    cut: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    'a page overwritten': (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0xa5, 4096 * 3, 4096 * 12);
      writeFileSync(file, bytes);
    },
    'header gone': (file) => {
      const bytes = readFileSync(file);
      bytes.fill(0, 0, 100);
      writeFileSync(file, bytes);
    },
    'a table dropped': (file) => change(file, 'DROP TABLE messages'),
    "another program's": (file) => {
      truncateSync(file, 0);
      change(file, 'CREATE TABLE t (x)');
    },
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(name, () => {
      const file = filled();
      damage(file);
      const before = readFileSync(file);
      const error = refusal(() => createStateStore({ file }));
      expect(error.code).toBe('storage_failed');
      expect(error.message).toContain(file);
      expect(error.hint).toContain('logins are in tokens/ and are not touched');
      expect(readFileSync(file).equals(before)).toBe(true);
    });
  }

  test('a log without its database is no fresh start', () => {
    const dir = scratch();
    const file = join(dir, 'session-manager.db');
    writeFileSync(`${file}-wal`, 'frames of a database that was moved away');
    expect(refusal(() => createStateStore({ file })).message).toContain('-wal');
    expect(readdirSync(dir)).toEqual(['session-manager.db-wal']);
  });

  test('damage that shows only while running is told, too', () => {
    const { store, file } = openStore();
    for (let i = 0; i < 300; i++) store.events.append(aQr('s'));
    store.close();
    const copy = join(scratch(), 'copy.db');
    copyFileSync(file, copy);
    const again = openStore(copy);
    const bytes = readFileSync(copy);
    bytes.fill(0xa5, 4096);
    writeFileSync(copy, bytes);
    expect(refusal(() => again.store.events.after(0, 1000)).code).toBe('storage_failed');
  });
});

describe('a place that cannot be used', () => {
  test('no folder, a folder in its place, a closed store', () => {
    const dir = scratch();
    const missing = refusal(() => createStateStore({ file: join(dir, 'nowhere', 'x.db') }));
    expect([missing.code, missing.message.includes('nowhere')]).toEqual(['storage_failed', true]);
    mkdirSync(join(dir, 'folder.db'));
    expect(refusal(() => createStateStore({ file: join(dir, 'folder.db') })).code).toBe('storage_failed');
    const { store } = openStore();
    store.close();
    expect(refusal(() => store.sessions.all()).code).toBe('shutting_down');
    expect(refusal(() => store.sweep({ events: 1, eventDays: 1, transitions: 1, keepBytes: 0 })).code).toBe(
      'shutting_down',
    );
  });
});

describe('those who only look', () => {
  test('are told that an older version wrote a database, and that nothing is wrong with it', () => {
    const file = filled();
    forgetNewestSchema(file);
    const error = refusal(() => readState(file));
    expect(error.message).toContain('older LeadMaster');
    expect(isOlderDatabase(error)).toBe(true);
  });

  test.each(['newer', 'foreign', 'a byte'])('take one that is %s for no older one', (kind) => {
    const file = filled();
    if (kind === 'newer') change(file, `INSERT INTO schema_migrations VALUES (${SCHEMA_VERSION + 1}, 'later', 'x')`);
    if (kind === 'foreign') change(file, 'DROP TABLE schema_migrations');
    if (kind === 'a byte') writeFileSync(file, 'x');
    const error = refusal(() => readState(file));
    expect(isOlderDatabase(error)).toBe(false);
    expect(error.message).not.toContain('older');
  });
});

test('an empty database is told as empty by those who only look, as by a start', () => {
  const file = join(scratch(), 'state.db');
  writeFileSync(file, '');
  expect(() => readState(file)).toThrow('it is empty');
  expect(() => createStateStore({ file })).toThrow('it is empty');
});
