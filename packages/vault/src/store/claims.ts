import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './folder-errors.ts';

/** A claim is held for as long as a rename takes; one that stays the same for so long was left by a crash. */
const LEFT_MS = 10_000;
const LOOK_MS = 20;

/**
 * Names that are being taken, on file systems without hard links: a folder can be made by one alone. Everyone who writes to the
 * store must be on such a file system, or none.
 */
export class Claims {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Does the work while no other writer works under that key. */
  async during<T>(key: string, work: () => Promise<T>): Promise<T> {
    const path = join(this.#folder, `claim-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`);
    while (!(await makeFolder(path))) await this.#outlive(path);
    try {
      return await work();
    } finally {
      await fs.rm(path, { recursive: true, force: true });
    }
  }

  /** Waits until a claim is given up, or breaks one that was left. */
  async #outlive(path: string): Promise<void> {
    const seen = await stamp(path);
    for (let waited = 0; seen !== null && waited < LEFT_MS; waited += LOOK_MS) {
      await sleep(LOOK_MS);
      if ((await stamp(path)) !== seen) return;
    }
    if (seen === null) return;
    // By a rename, which of several that break it one alone can do.
    const broken = join(this.#folder, randomBytes(12).toString('hex'));
    await fs.rename(path, broken).catch(unlessMissing);
    await fs.rm(broken, { recursive: true, force: true });
  }
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** What tells one claim from the next; null when there is none. */
async function stamp(path: string): Promise<string | null> {
  const stat = await fs.stat(path, { bigint: true }).catch(unlessMissing);
  return stat === null ? null : `${stat.ino} ${stat.mtimeNs}`;
}

function unlessMissing(error: unknown): null {
  if (hasCode(error, 'ENOENT')) return null;
  throw error;
}
