import { constants, readFileSync } from 'node:fs';

/** Linux alone has it, and grants it to a file's owner and to root. */
const { O_RDONLY, O_NOATIME } = constants;
const UNTOUCHED = O_RDONLY | (O_NOATIME ?? 0);

/** Reads a file and leaves the time of its last access as it is: to change it may have to wait for the disk. */
export function readUntouched(path: string): Buffer {
  try {
    return readFileSync(path, { flag: UNTOUCHED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return readFileSync(path);
  }
}
