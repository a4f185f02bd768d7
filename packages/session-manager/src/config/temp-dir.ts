import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Linux: the path of a socket has room for 107 bytes; Chromium's own, below the temporary folder, takes 45 of them. */
const LONGEST = 107 - 45;
const OTHERS = ['/tmp', '/var/tmp', '/dev/shm'];

/** Why a folder cannot be the temporary folder of a browser; null when it can. */
export function tempDirFault(folder: string): string | null {
  if (process.platform === 'win32') return null;
  const bytes = Buffer.byteLength(folder);
  if (bytes > LONGEST) return `its path has ${bytes} bytes, and a browser's socket there leaves room for ${LONGEST}`;
  try {
    if (!statSync(folder).isDirectory()) return 'it is not a folder';
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? 'it is not there'
      : 'this user cannot write into it';
  }
}

/**
 * Sees to it that this process, and every browser that it starts, has a temporary folder that works: one that does not is
 * replaced for the whole process.
 *
 * @param others looked at in this order; tests have folders of their own.
 * @returns what to tell the operator; null when there is nothing to tell.
 */
export function settleTempDir(env: NodeJS.ProcessEnv, others: readonly string[] = OTHERS): string | null {
  const asked = env.TMPDIR || tmpdir();
  const fault = tempDirFault(asked);
  if (fault === null) return null;
  const other = others.find((folder) => tempDirFault(folder) === null);
  const cannot = `TMPDIR=${asked} cannot be used: ${fault}.`;
  if (other === undefined) return `${cannot} Set TMPDIR to a folder with a short path that this user can write into.`;
  env.TMPDIR = other;
  return `${cannot} ${other} is used instead.`;
}
