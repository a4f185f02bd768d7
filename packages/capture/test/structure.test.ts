import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOGIN_STORES } from '../src/classify.ts';
import { checkLoginStores, checkStructure, checkStructureAside, repairLoginStores } from '../src/index.ts';
import { writeFolder } from './leveldb-writer.ts';

let root: string;
let profile: string;
let tempDir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'leadmaster-structure-'));
  profile = join(root, 'profile');
  tempDir = join(root, 'temp');
  mkdirSync(join(profile, 'Default/Network'), { recursive: true });
  mkdirSync(tempDir);
});
afterEach(async () => {
  expect(readdirSync(tempDir)).toEqual([]);
  await rm(root, { recursive: true, force: true });
});

const check = () => checkStructure(profile, { tempDir });

function putLogin(): void {
  for (const store of Object.values(LOGIN_STORES)) writeFolder(join(profile, store));
}

/** A database of some pages, like Chromium's cookies. */
function putSqlite(file: string, rows = 500): void {
  const db = new Database(file);
  db.exec('CREATE TABLE cookies (name TEXT, value BLOB); CREATE INDEX by_name ON cookies (name)');
  const insert = db.prepare('INSERT INTO cookies VALUES (?, randomblob(200))');
  db.transaction(() => {
    for (let row = 0; row < rows; row++) insert.run(`cookie ${row}`);
  })();
  db.close();
}

describe('the databases of a profile', () => {
  test('are found wherever they lie, and told by their paths; what is temporary is passed over', () => {
    putLogin();
    const cookies = join(profile, 'Default/Network/Cookies');
    putSqlite(cookies);
    writeFileSync(`${cookies}-journal`, '');
    writeFileSync(join(profile, 'Default/Preferences'), '{}');
    writeFileSync(join(profile, 'Default/empty.db'), '');
    mkdirSync(join(profile, 'GrShaderCache'));
    writeFileSync(join(profile, 'GrShaderCache/CURRENT'), 'garbage');
    symlinkSync('/', join(profile, 'Default/root'));
    writeFolder(join(profile, 'Default/shared_proto_db/metadata'));
    const names = [
      LOGIN_STORES.indexedDb,
      LOGIN_STORES.localStorage,
      'Default/Network/Cookies',
      'Default/shared_proto_db/metadata',
    ];
    const report = check();
    expect(report).toMatchObject({ ok: true });
    expect(report.checks.map(({ name }) => name)).toEqual(names);
    expect(checkStructure(profile, { tempDir, requireLogin: true })).toEqual(report);
  });

  test('are the same in a thread of its own, which a signal ends', async () => {
    putLogin();
    expect(await checkStructureAside(profile, { tempDir })).toEqual(check());
    await expect(checkStructureAside(profile, { tempDir }, AbortSignal.abort(new Error('enough')))).rejects.toThrow();
  });

  test('are none in an empty profile, unless a login must be there', () => {
    expect(check()).toEqual({ ok: true, checks: [] });
    expect(checkStructure(profile, { requireLogin: true, tempDir })).toEqual({
      ok: false,
      checks: Object.values(LOGIN_STORES).map((name) => ({ name, ok: false, detail: 'CURRENT is missing' })),
    });
    expect(checkStructure(join(root, 'nowhere'))).toMatchObject({ ok: false, checks: [{ name: '.', ok: false }] });
  });

  test('need both stores of a login, with something in each', () => {
    putLogin();
    expect(checkLoginStores(profile).ok).toBe(true);
    const store = join(profile, LOGIN_STORES.localStorage);
    rmSync(store, { recursive: true });
    expect(checkLoginStores(profile)).toMatchObject({ ok: false, checks: [{ ok: true }, { ok: false }] });
    expect(check().ok).toBe(true);
    expect(checkStructure(profile, { requireLogin: true, tempDir }).ok).toBe(false);
    writeFolder(store);
    rmSync(join(store, 'CURRENT'));
    expect(check()).toMatchObject({ ok: false });
  });

  test('are repaired of what a kill has torn, both stores', () => {
    putLogin();
    for (const store of Object.values(LOGIN_STORES)) {
      const log = join(profile, store, '000006.log');
      writeFileSync(log, readFileSync(log).subarray(0, 5_000));
    }
    expect(checkLoginStores(profile).ok).toBe(true);
    expect(repairLoginStores(profile)).toEqual(Object.values(LOGIN_STORES).map((store) => `${store}/000006.log`));
    expect(repairLoginStores(profile)).toEqual([]);
    expect(checkLoginStores(profile).checks.map(({ detail }) => detail)).toEqual(
      Array(2).fill('1 tables of 0.0 MB, 000006.log with 1 records'),
    );
  });
});

describe('an SQLite database', () => {
  let file: string;
  const answer = () => check().checks.find(({ name }) => name === 'Default/Network/Cookies');
  beforeEach(() => {
    file = join(profile, 'Default/Network/Cookies');
  });

  test('with a page overwritten, cut off, or without its header is damaged', () => {
    putSqlite(file);
    const whole = readFileSync(file);
    expect(answer()).toMatchObject({ ok: true, detail: 'whole' });
    for (const page of [1, 2, 5]) {
      const harmed = Buffer.from(whole);
      harmed.fill(0xa5, page * 4096, page * 4096 + 600);
      writeFileSync(file, harmed);
      expect(answer(), `page ${page}`).toMatchObject({ ok: false });
    }
    writeFileSync(file, whole.subarray(0, whole.length - 9_000));
    expect(answer()).toMatchObject({ ok: false });
    writeFileSync(file, Buffer.concat([Buffer.alloc(100), whole.subarray(100)]));
    writeFileSync(`${file}-journal`, '');
    expect(answer()).toMatchObject({ ok: false });
  });

  test.each(['DELETE', 'WAL'])('with a transaction under way (%s) is whole, and is left as it is', (mode) => {
    putSqlite(file);
    const live = join(root, 'live');
    copyFileSync(file, live);
    const db = new Database(live);
    db.pragma(`journal_mode = ${mode}`);
    db.pragma('cache_size = 5');
    db.exec('BEGIN; UPDATE cookies SET value = randomblob(250)');
    // A power cut now: the database as it lies on the disk, with its journal.
    for (const part of ['', '-journal', '-wal']) if (existsSync(live + part)) copyFileSync(live + part, file + part);
    db.exec('ROLLBACK');
    db.close();
    const before = readdirSync(join(profile, 'Default/Network')).map((name) => [
      name,
      readFileSync(join(profile, 'Default/Network', name)),
    ]);
    expect(before.length).toBe(2);
    expect(answer()).toMatchObject({ ok: true });
    for (const [name, bytes] of before as [string, Buffer][])
      expect(readFileSync(join(profile, 'Default/Network', name)).equals(bytes)).toBe(true);
    if (mode === 'WAL') return;
    // Without its journal the same file is half of two states.
    rmSync(`${file}-journal`);
    expect(answer()).toMatchObject({ ok: false });
  });

  test('with random changes is an answer', () => {
    putSqlite(file, 40);
    const whole = readFileSync(file);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(whole.length), (changes, length) => {
        const harmed = Buffer.from(whole.subarray(0, length));
        for (const [at, byte] of changes) if (at < length) harmed[at] = byte;
        writeFileSync(file, harmed);
        expect(typeof check().ok).toBe('boolean');
      }),
      { numRuns: 60 },
    );
  });
});
