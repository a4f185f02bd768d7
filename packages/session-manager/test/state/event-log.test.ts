import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/state/migrations/index.ts';
import { SCHEMA } from '../../src/state/schema.ts';
import { aQr } from '../event-samples.ts';
import { openStore, scratch } from './helpers.ts';

test('a log has an identity of its own, made with the database, which stays', () => {
  const { store, file } = openStore();
  store.events.append(aQr('a'));
  const log = store.events.log();
  expect(log).toEqual({ logId: expect.stringMatching(/^[0-9a-f]{16}$/), oldest: 1, newest: 1, formerly: [] });
  store.close();
  expect(openStore(file).store.events.log()).toEqual(log);
  expect(openStore().store.events.log().logId).not.toBe(log.logId);
});

test('a database from before logs had one gets it at the first start, with the events that it has', () => {
  const file = join(scratch(), 'state.db');
  const db = new Database(file);
  migrate(db, { ...SCHEMA, steps: MIGRATIONS.slice(0, 10) }, () => new Date(0));
  db.exec(`INSERT INTO events (session, type, at, data) VALUES ('a', 'session.qr', '2026-01-01T00:00:00.000Z', '{}')`);
  db.close();
  const { store } = openStore(file);
  const log = store.events.log();
  expect(log).toMatchObject({ newest: 1, formerly: [] });
  store.close();
  expect(openStore(file).store.events.log()).toEqual(log);
});

test('a copy that begins a log of its own knows which events it shares with the one before', () => {
  const { store, file } = openStore();
  store.events.append(aQr('a'));
  const before = store.events.log();
  store.close();
  const copied = join(scratch(), 'state.db');
  copyFileSync(file, copied);
  const copy = openStore(copied).store;
  copy.events.beginLog();
  copy.events.append(aQr('a'));
  const log = copy.events.log();
  expect(log).toMatchObject({ newest: 2, formerly: [{ logId: before.logId, upTo: 1 }] });
  expect(log.logId).not.toBe(before.logId);
});
