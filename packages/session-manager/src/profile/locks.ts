import { chmodSync, lstatSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, LeadMasterError, localTime } from '@leadmaster/protocol';
import { isFileLocked } from '@leadmaster/service-kit/sqlite';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { makeFolderSync } from './data-folder.ts';
import type { DataPaths } from './paths.ts';

/**
 * OS locks that die with their process. Node has no flock, so a lock is an empty SQLite file held in an EXCLUSIVE
 * transaction: SQLite takes POSIX locks on it, which the kernel drops however the process ends.
 *
 * POSIX locks have a trap: any open and close of the file in the same process drops them. So lock files are in
 * `<data>/locks/`, never inside a profile, and nothing in the holder's process but the lock's own handle opens them. The holder of a lock is named in
 * a file beside it. POSIX locks do not exclude their own process either: SQLite counts for itself, within one copy of the
 * library; the registry here counts for the whole process.
 */
export interface LockOwner {
  pid: number;
  host: string;
  since: string;
  /** What the holder says of itself, its port for instance. */
  about: Record<string, string | number>;
}

export interface LockHandle {
  readonly file: string;
  readonly owner: LockOwner;
  /** Adds to what the holder says of itself. */
  describe(about: Record<string, string | number>): void;
  /** Idempotent. */
  release(): void;
}

/** What is written beside a lock. `inode`: of the lock's file, which a copy of the folder does not have. */
const ownerSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  since: z.string(),
  about: z.record(z.string(), z.union([z.string(), z.number()])),
  inode: z.string().optional(),
});

/**
 * The locks this process holds. One registry per process, also when this module is loaded twice. It keeps the open
 * databases: a handle without a reference would be collected as garbage, and its lock with it.
 */
const REGISTRY = Symbol.for('leadmaster.locks');
const shared = globalThis as { [REGISTRY]?: Map<string, Database.Database> };
shared[REGISTRY] ??= new Map();
const held = shared[REGISTRY];

const LOOK_MS = 100;

/** What a command says of itself that holds the data folder in place of the service: it answers on no port. */
export const COMMAND = { kind: 'command' } as const;

/** A refusal: which code it travels with, and the sentence about the holder. `owner`: null when unknown. */
interface Refusal {
  code: ErrorCode;
  detail: (holder: string, owner: LockOwner | null) => string;
  hint: (owner: LockOwner | null) => string;
}

/**
 * Takes a lock or refuses at once, naming the holder.
 *
 * @throws LeadMasterError with the refusal's code when it is held; `storage_failed` when the disk refuses.
 */
function acquireLock(file: string, about: Record<string, string | number>, refusal: Refusal): LockHandle {
  const folder = dirname(file);
  let db: Database.Database | undefined;
  let key: string;
  try {
    makeFolderSync(folder);
    key = join(realpathSync(folder), basename(file));
    if (held.has(key)) throw refused(file, refusal);
    // Long enough for `isLockHeld` of another process to have looked.
    db = new Database(file, { timeout: LOOK_MS });
    // By name, not by handle: opening the file a second time would drop the lock.
    chmodSync(file, 0o600);
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (error instanceof LeadMasterError) throw error;
    if (isBusy(error)) throw refused(file, refusal);
    throw new LeadMasterError(
      'storage_failed',
      `The lock ${file} cannot be taken (${(error as Error).message})`,
      `Check that the disk is not full and that this user may write to ${folder}. The lock file holds nothing: with no manager running it may be deleted.`,
      { cause: error },
    );
  }
  const lock = db;
  held.set(key, lock);
  const owner: LockOwner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), about: { ...about } };
  writeOwner(file, owner);
  let released = false;
  return {
    file,
    owner,
    describe(more) {
      if (released) return;
      Object.assign(owner.about, more);
      writeOwner(file, owner);
    },
    release() {
      if (released) return;
      released = true;
      // Before the unlock: afterwards the file beside it may be the next holder's.
      rmSync(ownerFile(file), { force: true });
      lock.close();
      held.delete(key);
    },
  };
}

/**
 * The lock of a whole data folder: one process at a time, a service that answers on a port or a command that ends by itself.
 *
 * @throws LeadMasterError `data_folder_in_use`, naming the process that has it and which of the two it is.
 */
export function lockDataFolder(paths: DataPaths, about: { port: number } | typeof COMMAND): LockHandle {
  return acquireLock(paths.dataLock, about, {
    code: 'data_folder_in_use',
    detail: (holder, owner) =>
      isCommand(owner)
        ? `A command (${holder}) works on the data folder ${paths.root}`
        : `The data folder ${paths.root} is in use by ${holder}`,
    hint: (owner) =>
      isCommand(owner)
        ? 'Wait for its end, then try again.'
        : 'Stop that manager first, or give this one another LEADMASTER_DATA_DIR.',
  });
}

function isCommand(owner: LockOwner | null): boolean {
  return owner?.about.kind === COMMAND.kind;
}

/**
 * The lock of one session: held from before its browser is launched until its last process is gone.
 *
 * @throws LeadMasterError `profile_in_use`, naming the holder.
 */
export function lockSession(
  paths: DataPaths,
  session: string,
  about: Record<string, string | number> = {},
): LockHandle {
  return acquireLock(paths.sessionLock(session), about, {
    code: 'profile_in_use',
    detail: (holder) => `The profile of ${session} is in use by ${holder}`,
    hint: () => 'A session runs in one browser only. Stop it where it runs.',
  });
}

/**
 * The process that the owner file names; null without one. Not a proof: the file outlives a killed holder. What came with
 * a copy of the folder counts for nothing here. Never touches the lock itself.
 */
export function readOwner(file: string): LockOwner | null {
  try {
    const { inode, ...owner } = ownerSchema.parse(JSON.parse(readFileSync(ownerFile(file), 'utf8')));
    return inode === undefined || inode === inodeOf(file) ? owner : null;
  } catch {
    // Missing, torn or foreign: who holds the lock is then unknown, which is all that this answer is for.
    return null;
  }
}

/**
 * Who holds a lock now: the kernel's word decides, since host names change and pids come again (a recreated container is
 * a host of its own with the same small numbers). Null when the lock is free, or its holder is not named. Takes nothing.
 */
export function livingOwner(file: string): LockOwner | null {
  const owner = readOwner(file);
  if (owner === null) return null;
  return (isLockHeld(file) ?? ownerMayLive(owner)) ? owner : null;
}

/** Whether any process holds a lock; null where that cannot be seen. */
function isLockHeld(file: string): boolean | null {
  try {
    // This process's own locks would be dropped by a look at them.
    if (held.has(join(realpathSync(dirname(file)), basename(file)))) return true;
  } catch {
    return null;
  }
  return isFileLocked(file);
}

/** By host and pid alone: another host's cannot be judged from here and counts as alive. */
function ownerMayLive(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return true;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function refused(file: string, refusal: Refusal): LeadMasterError {
  // It is held: only by whom is open.
  const said = readOwner(file);
  const owner = said !== null && ownerMayLive(said) ? said : null;
  return new LeadMasterError(
    refusal.code,
    refusal.detail(owner === null ? 'an unknown process' : describeOwner(owner), owner),
    refusal.hint(owner),
    owner === null ? {} : { extra: { holder: owner } },
  );
}

/** "pid 12 on host vm, since 2026-…, port 3001". */
export function describeOwner(owner: LockOwner): string {
  const facts = Object.entries(owner.about).filter(([key]) => key !== 'kind');
  const more = facts.map(([key, value]) => `, ${key} ${value}`);
  return `pid ${owner.pid} on host ${owner.host}, since ${localTime(owner.since)}${more.join('')}`;
}

/** Behind the name of a lock: itself, SQLite's journal, and who holds it, with what it is written through. */
const LOCK_FILES = /\.lock(?:-journal|\.owner\.json(?:\.\d+\.tmp)?)?$/;

/** Whether a file beside the locks is a lock's, of one of these names. */
export function isLockName(file: string, isName: (name: string) => boolean): boolean {
  return LOCK_FILES.test(file) && isName(file.replace(LOCK_FILES, ''));
}

function ownerFile(file: string): string {
  return `${file}.owner.json`;
}

function writeOwner(file: string, owner: LockOwner): void {
  const path = ownerFile(file);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify({ ...owner, inode: inodeOf(file) }), { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // A courtesy to the next process that is refused: the lock itself is held, and a full disk must not undo that.
    rmSync(temporary, { force: true });
    rmSync(path, { force: true });
  }
}

/** By its name: opening the file would drop the lock. */
function inodeOf(file: string): string {
  return String(lstatSync(file, { bigint: true }).ino);
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'));
}
