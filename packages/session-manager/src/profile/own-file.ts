import { constants, copyFileSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from '@leadmaster/service-kit/files';
import type { Logger } from 'pino';

/** Beside a database: what was written and is not in it yet. */
const SIDES = ['', '-wal'];

/**
 * Gives this folder a database of its own where a copy of hard links shares it (`cp -al`): what the one writes would be the
 * other's as well. Equal bytes take the place of each file by a rename, so a crash between two leaves what was there. For the
 * holder of the data folder's lock, before it is opened. Where there is no room it stays as it is.
 */
export function ownDatabase(database: string, log: Logger): void {
  for (const side of SIDES) {
    try {
      ownFile(`${database}${side}`);
    } catch (error) {
      log.warn({ err: error, path: `${database}${side}` }, 'it is shared with a copy by hard links, and stays so');
    }
  }
}

function ownFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.nlink < 2) return;
  const fresh = `${path}.own`;
  try {
    rmSync(fresh, { force: true });
    copyFileSync(path, fresh, constants.COPYFILE_EXCL);
    syncPath(fresh);
    renameSync(fresh, path);
    syncPath(dirname(path));
  } finally {
    rmSync(fresh, { force: true });
  }
}
