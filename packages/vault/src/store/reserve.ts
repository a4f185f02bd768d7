import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, isFull } from './folder-errors.ts';

/** Any lock or record fits into one part, but for the records of a session with thousands of packs. */
const PART_BYTES = 256 * 1024;
const PARTS = ['reserve-0', 'reserve-1', 'reserve-2', 'reserve-3'];

/**
 * Room that a store keeps back on its disk. To free space in a vault, a record of a few kilobytes must be written first: on a disk
 * without a byte left, that takes the place of a part of the reserve.
 */
export class Reserve {
  readonly #folder: string;
  #isShort = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes what is missing. A disk that has no room for it is no error: then there is no reserve. */
  async fill(): Promise<void> {
    for (const name of PARTS) {
      const path = join(this.#folder, name);
      try {
        // Random, since some file systems make nothing of zeros.
        await fs.writeFile(path, randomBytes(PART_BYTES), { flag: 'wx', mode: 0o600 });
      } catch (error) {
        if (hasCode(error, 'EEXIST')) continue;
        this.#isShort = true;
        await fs.rm(path, { force: true });
        if (isFull(error)) return;
        throw error;
      }
    }
    this.#isShort = false;
  }

  /** As `fill`, where something was given. */
  async refill(): Promise<void> {
    if (this.#isShort) await this.fill();
  }

  /** Gives one part back to the disk; false when there is none. */
  async give(): Promise<boolean> {
    this.#isShort = true;
    for (const name of PARTS) {
      try {
        await fs.unlink(join(this.#folder, name));
        return true;
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error;
      }
    }
    return false;
  }
}
