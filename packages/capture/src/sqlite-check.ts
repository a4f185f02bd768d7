import { copyFileSync, existsSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';

/** Above this a database is not copied for its check. */
const LIMIT = 512 * 2 ** 20;

/** How every SQLite database begins. */
export const SQLITE_HEADER = Buffer.from('SQLite format 3\0', 'latin1');

/**
 * Runs SQLite's `quick_check` over a copy of a database in a folder of its own below `tempDir`: opening a database may
 * roll back an unfinished transaction, and the original must not change. Never throws.
 */
export function checkSqlite(file: string, tempDir: string): { ok: boolean; detail: string } {
  let folder: string | undefined;
  try {
    const { size } = lstatSync(file);
    if (size === 0) return { ok: true, detail: 'empty' };
    if (size > LIMIT) return { ok: true, detail: `${Math.round(size / 2 ** 20)} MB: too large, not checked` };
    folder = mkdtempSync(join(tempDir, 'leadmaster-sqlite-'));
    return quickCheck(copyInto(folder, file));
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The database, with what belongs to a transaction that was under way. The index of a WAL (`-shm`) is recreated. */
function copyInto(folder: string, file: string): string {
  const copy = join(folder, basename(file));
  for (const part of ['', '-journal', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
  return copy;
}

function quickCheck(copy: string): { ok: boolean; detail: string } {
  const db = new Database(copy, { fileMustExist: true });
  try {
    const complaint = db.pragma('quick_check(1)', { simple: true });
    return complaint === 'ok' ? { ok: true, detail: 'whole' } : { ok: false, detail: String(complaint) };
  } finally {
    db.close();
  }
}
