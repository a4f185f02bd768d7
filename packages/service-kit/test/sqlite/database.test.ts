import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import type Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { GroupCommit } from '../../src/sqlite/group-commit.ts';
import type { Schema } from '../../src/sqlite/migrate.ts';
import { transactions } from '../../src/sqlite/transactions.ts';

const NOTES: Schema = {
  owner: 'the tests',
  applicationId: 0x74657374,
  steps: [{ version: 1, name: 'first', sql: 'CREATE TABLE notes (text TEXT PRIMARY KEY) STRICT' }],
  tables: ['notes'],
  withoutIt: 'the notes are lost.',
};
const TWO_STEPS: Schema = {
  ...NOTES,
  steps: [...NOTES.steps, { version: 2, name: 'second', sql: 'ALTER TABLE notes ADD COLUMN at TEXT' }],
};

const now = () => new Date(0);

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-sqlite-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'notes.db');
}

function open(file: string, schema = NOTES): Database.Database {
  const db = openDatabase({ file, schema }, now);
  onTestFinished(() => void db.close());
  return db;
}

function refusal(work: () => unknown): LeadMasterError {
  try {
    work();
  } catch (error) {
    if (error instanceof LeadMasterError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a new database is private, durable, and has the schema that the service gives', () => {
  const file = place();
  const db = open(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(db.pragma('synchronous', { simple: true })).toBe(2);
  expect(db.pragma('application_id', { simple: true })).toBe(NOTES.applicationId);
  expect(existsSync(`${file}.new`)).toBe(false);
});

test('an older database is brought up to date with its rows, and permissions are repaired', () => {
  const file = place();
  open(file).exec(`INSERT INTO notes VALUES ('kept')`);
  chmodSync(file, 0o644);
  expect(open(file, TWO_STEPS).prepare('SELECT text, at FROM notes').all()).toEqual([{ text: 'kept', at: null }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a newer database, another program's and a damaged one are refused and stay as they are", () => {
  const newer = place();
  open(newer, TWO_STEPS).close();
  expect(refusal(() => open(newer))).toMatchObject({
    code: 'storage_failed',
    message: expect.stringContaining('version 2'),
  });

  const foreign = place();
  open(foreign, { ...NOTES, applicationId: 1 }).close();
  expect(refusal(() => open(foreign)).message).toContain('not a database of the tests');

  const damaged = place();
  open(damaged).close();
  writeFileSync(damaged, 'no database at all, and longer than a header would be '.repeat(40));
  const before = readFileSync(damaged);
  const { message, hint } = refusal(() => open(damaged));
  expect([message, hint]).toEqual([expect.stringContaining(damaged), expect.stringContaining('the notes are lost.')]);
  expect(readFileSync(damaged)).toEqual(before);

  const empty = place();
  open(empty).close();
  truncateSync(empty);
  expect(refusal(() => open(empty)).message).toContain('empty');
});

test('changes that are committed together keep each its own fate, and are told after the commit', async () => {
  const file = place();
  const db = open(file);
  const other = open(file);
  const told: [event: string, rows: number][] = [];
  const rows = () => other.prepare<[], number>('SELECT count(*) FROM notes').pluck().get() ?? 0;
  const group: GroupCommit<string> = new GroupCommit(() => shared);
  const shared = transactions<string>({
    ...{ db, at: { file, schema: NOTES } },
    tell: (events) => told.push(...events.map((event): [string, number] => [event, rows()])),
    before: () => group.flush(),
  });
  const add = (text: string) =>
    group.add(() => {
      db.prepare('INSERT INTO notes VALUES (?)').run(text);
      shared.keep(text);
    });
  const ends = await Promise.allSettled([add('a'), add('a'), add('b')]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(told).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});
