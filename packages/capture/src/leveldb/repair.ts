import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Damaged } from './damaged.ts';
import { type LogFile, readFolder } from './folder.ts';

/**
 * Cuts off what a kill or a power cut left behind the last whole record of the logs and the MANIFEST. LevelDB passes
 * over these bytes, once; but Chromium continues writing behind them, and at the next opening the checksum fails:
 * IndexedDB is then recreated, empty, and Local Storage loses what came later (both found by experiment, Chromium 156).
 *
 * Bytes that LevelDB would have read stay; what is damaged or missing is left as it is. No process may have the folder
 * open.
 *
 * @returns The files that were cut.
 * @throws The system's error when the disk refuses.
 */
export function repairLevelDb(folder: string): string[] {
  const torn = tornFiles(folder);
  for (const { name, whole } of torn) cut(join(folder, name), whole);
  return torn.map(({ name }) => name);
}

/** The logs and the MANIFEST of a database that end in an unfinished record; none of one that is damaged, or not there. */
export function tornFiles(folder: string): LogFile[] {
  try {
    const { manifest, logs } = readFolder(folder);
    return [manifest, ...logs].filter((log) => log.torn > 0);
  } catch (error) {
    if (error instanceof Damaged) return [];
    throw error;
  }
}

function cut(path: string, length: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, length);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
