import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type ProfileFs, writeFailed } from './files.ts';

/** Whether `writeAtomically` has called a file so, while it was being written. */
export function isTemporaryName(name: string): boolean {
  return /^\.leadmaster-[0-9a-f]{12}\.tmp$/.test(name);
}

/** Makes a folder's own list of names durable: without it a rename or a new file may be forgotten by a power cut. */
export async function syncFolder(fs: ProfileFs, folder: string): Promise<void> {
  await syncFile(fs, folder);
}

/** fsync of what lies at a path; opening for reading is enough on Linux and macOS. */
export async function syncFile(fs: ProfileFs, path: string): Promise<void> {
  const handle = await fs.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file so that a reader, also one after a power cut, finds the old content or the new and nothing between:
 * temporary file, fsync, rename, fsync of the folder.
 *
 * @throws LeadMasterError `storage_failed`; the old file is then untouched.
 */
export async function writeAtomically(fs: ProfileFs, path: string, content: string): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.leadmaster-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await fs.open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, path);
    await syncFolder(fs, folder);
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {});
    throw writeFailed(path, error);
  }
}
