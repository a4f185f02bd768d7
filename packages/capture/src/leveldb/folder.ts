import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Damaged } from './damaged.ts';
import { readLog } from './log.ts';
import { RandomAccess } from './random-access.ts';
import { checkTable } from './table.ts';
import { applyEdit, emptyVersion, type LiveTable, type Version } from './version-edit.ts';

/** Far above any real one: a record of it is held in memory. */
const MANIFEST_LIMIT = 256 * 2 ** 20;

/** A log, or the MANIFEST, which is written in the same way. */
export interface LogFile {
  name: string;
  records: number;
  /** Where the last whole record ends. */
  whole: number;
  /** Bytes behind it, as a kill or a power cut leaves them. LevelDB passes over them when it opens. */
  torn: number;
}

/** What a LevelDB consists of. */
export interface Contents {
  manifest: LogFile;
  tables: LiveTable[];
  /** Oldest first. */
  logs: LogFile[];
  /** The last change before the logs, as the MANIFEST has it. */
  lastSequence: number;
}

/**
 * Reads what LevelDB needs to open: CURRENT, the MANIFEST, the tables it lives on (their ends and indexes), its logs.
 * No process may write to the folder meanwhile.
 *
 * @param onBatch gets each whole record of the logs.
 * @throws Damaged when it would not open, or would lose what was on the disk; the system's error when it cannot be read.
 */
export function readFolder(folder: string, onBatch?: (batch: Buffer) => void): Contents {
  const { manifest, version } = readManifest(folder, currentManifest(folder));
  const names = new Set(readdirSync(folder));
  const tables = [...version.tables.values()];
  for (const table of tables) checkLiveTable(folder, table, names);
  const logs = liveLogs(version, names).map((name) =>
    about(folder, name, (file): LogFile => ({ name, ...readLog(file, onBatch) })),
  );
  return { manifest, tables, logs, lastSequence: version.lastSequence ?? 0 };
}

function currentManifest(folder: string): string {
  const text = about(folder, 'CURRENT', (file) => file.read(Buffer.alloc(64), 0).toString('latin1'));
  const name = /^(MANIFEST-[0-9]+)\n$/.exec(text)?.[1];
  if (name === undefined) throw new Damaged('CURRENT does not name a MANIFEST');
  return name;
}

function readManifest(folder: string, name: string): { manifest: LogFile; version: Version } {
  return about(folder, name, (file) => {
    if (file.size > MANIFEST_LIMIT) throw new Damaged('is too large to be one');
    const version = emptyVersion();
    const content = readLog(file, (record) => applyEdit(version, record));
    if (version.nextFile === null || version.logNumber === null || version.lastSequence === null) {
      throw new Damaged('is not complete: it does not say which logs and numbers are next');
    }
    return { manifest: { name, ...content }, version };
  });
}

function checkLiveTable(folder: string, table: LiveTable, names: Set<string>): void {
  const stem = fileNumber(table.number);
  const name = [`${stem}.ldb`, `${stem}.sst`].find((candidate) => names.has(candidate));
  if (name === undefined) throw new Damaged(`the table ${stem}.ldb is missing`);
  about(folder, name, (file) => {
    if (file.size !== table.size) throw new Damaged(`is of ${file.size} bytes, not of ${table.size}`);
    checkTable(file);
  });
}

/**
 * The logs that LevelDB would read. It takes a missing one for an empty one; but it makes a log before a MANIFEST names
 * it, and deletes it only once a MANIFEST names a later one, so a log that is named and missing has been lost.
 */
function liveLogs(version: Version, names: Set<string>): string[] {
  const oldest = version.logNumber ?? 0;
  const live = [...names]
    .filter((name) => /^[0-9]+\.log$/.test(name))
    .map((name) => ({ name, number: Number.parseInt(name, 10) }))
    .filter(({ number }) => number >= oldest || number === version.previousLog)
    .sort((a, b) => a.number - b.number);
  for (const needed of [oldest, version.previousLog]) {
    if (needed !== 0 && !live.some(({ number }) => number === needed)) {
      throw new Damaged(`the log ${fileNumber(needed)}.log is missing`);
    }
  }
  return live.map(({ name }) => name);
}

function fileNumber(number: number): string {
  return String(number).padStart(6, '0');
}

/** Reads one file of the folder; an error names the file. */
function about<T>(folder: string, name: string, read: (file: RandomAccess) => T): T {
  try {
    using file = RandomAccess.open(join(folder, name));
    return read(file);
  } catch (error) {
    if (error instanceof Damaged) throw new Damaged(`${name}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Damaged(`${name} is missing`);
    throw error;
  }
}
