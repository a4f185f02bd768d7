import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { readFolder } from './folder.ts';

/**
 * Cuts off what a kill or a power cut left behind the last whole record of the logs and the MANIFEST. LevelDB passes
 * over these bytes, once; but Chromium goes on writing behind them, and at the opening after that the checksum fails:
 * IndexedDB is then made anew, empty, and Local Storage loses what came later (both found by experiment, Chromium 156).
 *
 * No byte goes that LevelDB would have read. Nobody may have the folder open.
 *
 * @returns The files that were cut.
 * @throws Damaged when the database would not open as it is: then nothing is changed. The system's error when the disk refuses.
 */
export function mendLevelDb(folder: string): string[] {
  const { manifest, logs } = readFolder(folder);
  const torn = [manifest, ...logs].filter((log) => log.torn > 0);
  for (const { name, whole } of torn) cut(join(folder, name), whole);
  return torn.map(({ name }) => name);
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
