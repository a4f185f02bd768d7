import { errorText } from '@leadmaster/protocol/errors';
import { Damaged } from './damaged.ts';
import { type Contents, type LogFile, readFolder } from './folder.ts';

/** The result for one LevelDB, as a sentence for people. */
export interface LevelDbAnswer {
  ok: boolean;
  /** Nothing was ever kept in it, or all of it is gone. */
  empty: boolean;
  detail: string;
}

/**
 * Whether a LevelDB that no process writes to would open, and lose nothing that was on the disk. Changes nothing.
 *
 * @throws The system's error when it cannot be read: that proves no damage.
 */
export function judgeLevelDb(folder: string): LevelDbAnswer {
  try {
    const contents = readFolder(folder);
    const empty = contents.tables.length === 0 && contents.logs.every((log) => log.records === 0);
    return { ok: true, empty, detail: empty ? 'empty' : describe(contents) };
  } catch (error) {
    if (error instanceof Damaged) return { ok: false, empty: false, detail: error.message };
    throw error;
  }
}

/** The same, never throwing: what cannot be read is an answer too. */
export function checkLevelDb(folder: string): LevelDbAnswer {
  try {
    return judgeLevelDb(folder);
  } catch (error) {
    return { ok: false, empty: false, detail: errorText(error) };
  }
}

function describe({ manifest, tables, logs }: Contents): string {
  const megabytes = tables.reduce((sum, { size }) => sum + size, 0) / 2 ** 20;
  return [
    `${tables.length} tables of ${megabytes.toFixed(1)} MB`,
    ...logs.map((log) => `${log.name} with ${log.records} records${torn(log)}`),
    ...(manifest.torn === 0 ? [] : [`${manifest.name}${torn(manifest)}`]),
  ].join(', ');
}

function torn(log: LogFile): string {
  return log.torn === 0 ? '' : ` and ${log.torn} bytes of one that was not finished`;
}
