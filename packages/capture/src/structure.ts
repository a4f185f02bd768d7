import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '@leadmaster/protocol/errors';
import { classify, LOGIN_STORES } from './classify.ts';
import { checkLevelDb, judgeLevelDb } from './leveldb/check.ts';
import { RandomAccess } from './leveldb/random-access.ts';
import { repairLevelDb, tornFiles } from './leveldb/repair.ts';
import { lastSequence } from './leveldb/sequence.ts';
import { checkSqlite, SQLITE_HEADER } from './sqlite-check.ts';

/** One database of a copy, and whether it is whole. */
export interface StructureCheck {
  /** Its path below the profile. */
  name: string;
  ok: boolean;
  detail: string;
}

/** Whether the databases of a profile that no process writes to would open without loss. */
export interface StructureReport {
  ok: boolean;
  checks: StructureCheck[];
}

export interface StructureOptions {
  /** Both stores of the login must be there: one that is missing is a check that failed. */
  requireLogin?: boolean;
  /** Where databases are copied to for their check, and removed from afterwards; the system's folder for such. */
  tempDir?: string;
}

/**
 * Checks every LevelDB and SQLite database of a profile, but for what is temporary, in a folder that no process writes to.
 * Synchronous: for a worker thread or a command. Changes nothing in the folder and never throws: what cannot be read is
 * a check that failed. A log whose last record was not finished is whole: that is what a power cut leaves, and LevelDB
 * passes over it.
 */
export function checkStructure(profileDir: string, options: StructureOptions = {}): StructureReport {
  const checks: StructureCheck[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const entries = listed(join(profileDir, folder));
      checks.push(...checkFolder(profileDir, folder, entries, options.tempDir ?? tmpdir()));
      folders.push(
        ...entries
          .filter((entry) => entry.isDirectory())
          .map((entry) => below(folder, entry.name))
          .filter(isKept),
      );
    } catch (error) {
      checks.push({ name: folder === '' ? '.' : folder, ok: false, detail: errorText(error) });
    }
  }
  const stores = options.requireLogin === true ? loginReport(profileDir, checkLevelDb).checks : [];
  const all = [...checks.filter(({ name }) => !stores.some((store) => store.name === name)), ...stores];
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ok: all.every((check) => check.ok), checks: all };
}

/**
 * The same of the two stores that are the login alone; both must be there and hold something. Costs milliseconds.
 *
 * @throws The system's error when a store cannot be read: that proves no damage.
 */
export function checkLoginStores(profileDir: string): StructureReport {
  return loginReport(profileDir, judgeLevelDb);
}

/**
 * Makes the two stores fit to be written to after a kill or a power cut: `repairLevelDb` says why. To be done with every
 * profile before a browser opens it, by a caller that has proven that none has it open.
 *
 * @returns The files that were cut, below the profile.
 * @throws The system's error when the disk refuses.
 */
export function repairLoginStores(profileDir: string): string[] {
  return Object.values(LOGIN_STORES).flatMap((store) =>
    repairLevelDb(join(profileDir, store)).map((file) => `${store}/${file}`),
  );
}

/**
 * The files of the two stores that end in a record which was not finished: what a kill or a power cut leaves, or a copy that was
 * taken while the browser wrote. Changes nothing.
 *
 * @throws The system's error when one cannot be read.
 */
export function tornLoginFiles(profileDir: string): string[] {
  return Object.values(LOGIN_STORES).flatMap((store) =>
    tornFiles(join(profileDir, store)).map(({ name }) => `${store}/${name}`),
  );
}

/** The number of the last change in each of the two stores of a login. */
export type LoginSequences = Record<keyof typeof LOGIN_STORES, number>;

/**
 * How far a login has come: it may be running. Of two states of one login, a higher number in either store is later.
 *
 * @throws An error that says why, when one of them cannot be known.
 */
export function loginSequences(profileDir: string): LoginSequences {
  return {
    indexedDb: lastSequence(join(profileDir, LOGIN_STORES.indexedDb)),
    localStorage: lastSequence(join(profileDir, LOGIN_STORES.localStorage)),
  };
}

function loginReport(profileDir: string, judge: typeof checkLevelDb): StructureReport {
  const checks = Object.values(LOGIN_STORES).map((name) => {
    const { ok, empty, detail } = judge(join(profileDir, name));
    return { name, ok: ok && !empty, detail };
  });
  return { ok: checks.every((check) => check.ok), checks };
}

/** Without names that are not UTF-8: Node lists them with U+FFFD in them and finds nothing by that. No copy has them. */
function listed(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter(
    ({ name }) => !name.includes('\uFFFD') || existsSync(join(folder, name)),
  );
}

function checkFolder(profileDir: string, folder: string, entries: Dirent[], tempDir: string): StructureCheck[] {
  const files = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
  if (isLevelDb(files)) {
    const { ok, detail } = checkLevelDb(join(profileDir, folder));
    return [{ name: folder, ok, detail }];
  }
  return [...files].flatMap((file): StructureCheck[] => {
    const name = below(folder, file);
    if (!isKept(name)) return [];
    const path = join(profileDir, name);
    try {
      return isSqlite(path, files, file) ? [{ name, ...checkSqlite(path, tempDir) }] : [];
    } catch (error) {
      return [{ name, ok: false, detail: errorText(error) }];
    }
  });
}

/** CURRENT makes it one. Without, it lost it, unless nothing is there yet but the first MANIFEST of one being made. */
function isLevelDb(files: Set<string>): boolean {
  if (files.has('CURRENT')) return true;
  const names = [...files];
  return (
    names.some((name) => /^MANIFEST-[0-9]+$/.test(name)) && names.some((name) => /^[0-9]+\.(ldb|sst|log)$/.test(name))
  );
}

/** By its first bytes; or by the journal beside it, for these bytes may be what is damaged. */
function isSqlite(path: string, files: Set<string>, name: string): boolean {
  if (/-(journal|wal|shm)$/.test(name)) return false;
  if (files.has(`${name}-journal`) || files.has(`${name}-wal`)) return true;
  using file = RandomAccess.open(path);
  return file.read(Buffer.alloc(SQLITE_HEADER.length), 0).equals(SQLITE_HEADER);
}

function isKept(path: string): boolean {
  return classify(path).class !== 'temporary';
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
