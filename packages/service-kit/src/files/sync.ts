import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * fsync of a file, or of a folder's own list of names: without it a rename or a new file may be forgotten by a power cut. Opening
 * for reading is enough on Linux and macOS.
 */
export function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
