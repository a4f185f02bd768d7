import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Damaged } from './damaged.ts';
import { type LogContent, readLog } from './log.ts';
import { RandomAccess } from './random-access.ts';
import { checkTable } from './table.ts';
import { applyEdit, emptyVersion, type LiveTable, type Version } from './version-edit.ts';

/** Far above any real one: a record of it is held in memory. */
const MANIFEST_LIMIT = 256 * 2 ** 20;

/** What was found of one LevelDB. */
export interface LevelDbAnswer {
  ok: boolean;
  detail: string;
}

/**
 * Whether a LevelDB that nobody writes to would open, and lose nothing that was on the disk: CURRENT, MANIFEST, the
 * tables it lives on (their ends and indexes), its logs. Changes nothing, and never throws: what cannot be read is an
 * answer too.
 */
export function checkLevelDb(folder: string): LevelDbAnswer {
  try {
    return { ok: true, detail: describe(folder) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function describe(folder: string): string {
  const manifest = currentManifest(folder);
  const { version, torn } = readManifest(folder, manifest);
  const names = new Set(readdirSync(folder));
  let bytes = 0;
  for (const table of version.tables.values()) {
    checkLiveTable(folder, table, names);
    bytes += table.size;
  }
  const logs = liveLogs(version, names).map((name) => ({ name, ...about(folder, name, (file) => readLog(file)) }));
  return [
    `${version.tables.size} tables of ${(bytes / 2 ** 20).toFixed(1)} MB`,
    ...logs.map((log) => `${log.name} with ${log.records} records${tail(log)}`),
    ...(torn > 0 ? [`${manifest}${tail({ torn })}`] : []),
  ].join('; ');
}

function tail({ torn }: Pick<LogContent, 'torn'>): string {
  return torn === 0 ? '' : ` and ${torn} bytes of one that was not finished`;
}

function currentManifest(folder: string): string {
  const text = about(folder, 'CURRENT', (file) => file.read(Buffer.alloc(64), 0).toString('latin1'));
  const name = /^(MANIFEST-[0-9]+)\n$/.exec(text)?.[1];
  if (name === undefined) throw new Damaged('CURRENT does not name a MANIFEST');
  return name;
}

function readManifest(folder: string, name: string): { version: Version; torn: number } {
  return about(folder, name, (file) => {
    if (file.size > MANIFEST_LIMIT) throw new Damaged('is too large to be one');
    const version = emptyVersion();
    const { torn } = readLog(file, (record) => applyEdit(version, record));
    if (version.nextFile === null || version.logNumber === null || version.lastSequence === null) {
      throw new Damaged('is not complete: it does not say which logs and numbers are next');
    }
    return { version, torn };
  });
}

function checkLiveTable(folder: string, table: LiveTable, names: Set<string>): void {
  const stem = String(table.number).padStart(6, '0');
  const name = [`${stem}.ldb`, `${stem}.sst`].find((candidate) => names.has(candidate));
  if (name === undefined) throw new Damaged(`the table ${stem}.ldb is missing`);
  about(folder, name, (file) => {
    if (file.size !== table.size) throw new Damaged(`is of ${file.size} bytes, not of ${table.size}`);
    checkTable(file);
  });
}

/**
 * The logs that LevelDB would read, oldest first. It takes a missing one for an empty one; but it makes a log before a
 * MANIFEST names it, and deletes it only once a MANIFEST names a later one, so a missing one has been lost.
 */
function liveLogs(version: Version, names: Set<string>): string[] {
  const oldest = version.logNumber ?? 0;
  const live = [...names]
    .flatMap(
      (name) =>
        /^([0-9]+)\.log$/
          .exec(name)
          ?.slice(1)
          .map((digits) => ({ name, number: Number(digits) })) ?? [],
    )
    .filter(({ number }) => number >= oldest || number === version.previousLog)
    .sort((a, b) => a.number - b.number);
  for (const needed of [oldest, version.previousLog]) {
    if (needed !== 0 && !live.some(({ number }) => number === needed)) {
      throw new Damaged(`the log ${String(needed).padStart(6, '0')}.log is missing`);
    }
  }
  return live.map(({ name }) => name);
}

/** Reads one file of the folder; whatever is wrong is told with its name. */
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
