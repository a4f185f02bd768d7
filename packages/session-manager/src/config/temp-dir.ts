import { accessSync, constants, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isMissing } from '@leadmaster/service-kit/files';

/** Linux: the path of a socket has room for 107 bytes; Chromium's own, below the temporary folder, takes 45 of them. */
const LONGEST = 107 - 45;
const OTHERS = ['/tmp', '/var/tmp', '/dev/shm'];

/** Why a folder cannot be the temporary folder of a browser. */
const FAULTS = {
  too_long: `its path is longer than ${LONGEST} bytes, and leaves a browser's socket there no room`,
  no_folder: 'it is not a folder',
  missing: 'it is not there',
  not_writable: 'this user cannot write into it',
};
export type TempDirFault = keyof typeof FAULTS;

/** A `TMPDIR` that cannot be used; `text` is its English. `other` is used instead; null where no folder can be. */
export interface TempDirWarning {
  kind: 'temp_dir';
  folder: string;
  fault: TempDirFault;
  other: string | null;
  text: string;
}

/** Null when the folder can be used. */
function faultOf(folder: string): TempDirFault | null {
  if (process.platform === 'win32') return null;
  const bytes = Buffer.byteLength(folder);
  if (bytes > LONGEST) return 'too_long';
  try {
    if (!statSync(folder).isDirectory()) return 'no_folder';
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return isMissing(error) ? 'missing' : 'not_writable';
  }
}

/**
 * Sees to it that this process, and every browser that it starts, has a temporary folder that works: one that does not is
 * replaced for the whole process.
 *
 * @param others looked at in this order; tests have folders of their own.
 * @returns null when there is nothing to tell the operator.
 */
export function settleTempDir(env: NodeJS.ProcessEnv, others: readonly string[] = OTHERS): TempDirWarning | null {
  const asked = env.TMPDIR || tmpdir();
  const fault = faultOf(asked);
  if (fault === null) return null;
  const other = others.find((folder) => faultOf(folder) === null) ?? null;
  if (other !== null) env.TMPDIR = other;
  const then =
    other === null
      ? 'Set TMPDIR to a folder with a short path that this user can write into.'
      : `${other} is used instead.`;
  const text = `TMPDIR=${asked} cannot be used: ${FAULTS[fault]}. ${then}`;
  return { kind: 'temp_dir', folder: asked, fault, other, text };
}
