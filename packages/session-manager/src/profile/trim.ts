import { join } from 'node:path';
import { mayHold, ruleOf, type StorageClass } from '@leadmaster/capture/classify';
import { isMissing } from '@leadmaster/service-kit/files';
import { lstatOrNull, makeFolder, namesOrNull, type ProfileFs, writeFailed } from './files.ts';
import { mountsWithin, removeTree } from './mounts.ts';
import { isWithin } from './real-path.ts';
import { statFiles } from './stat-walk.ts';

/** What a trim may take. What no rule knows is not among it: it may be what the next Chromium keeps a login in. */
const DISPOSABLE: readonly StorageClass[] = ['optional', 'temporary'];
const KEPT: readonly StorageClass[] = ['critical', 'important'];

interface Victim {
  /** Below the profile. */
  path: string;
  bytes: number;
}

/** Parts of a profile that were moved out of it, and are in staging. */
export interface MovedOut {
  freedBytes: number;
  /** Puts everything back where it was. */
  putBack(): Promise<void>;
  /** Deletes it; what a crash leaves of it is swept with staging. */
  discard(): Promise<void>;
}

/**
 * Moves everything optional and temporary out of a profile that no browser has open, by renames: each part is in its
 * place or out of it, whenever the process dies. Nothing is moved unless all of it could be looked at.
 *
 * Symlinks stay: Chromium's own say who has the profile open, and that is not decided here.
 *
 * @throws LeadMasterError `profile_unreadable`, `storage_failed`; everything is then where it was.
 */
export async function moveOutDisposable(fs: ProfileFs, profileDir: string, staged: string): Promise<MovedOut> {
  const victims = await findVictims(fs, profileDir);
  const moved: { from: string; to: string }[] = [];
  const putBack = async (): Promise<void> => {
    for (const { from, to } of moved.splice(0).reverse()) await rename(fs, to, from);
    await fs.rm(staged, { recursive: true, force: true });
  };
  if (victims.length > 0) await make(fs, staged);
  for (const [number, { path }] of victims.entries()) {
    const [from, to] = [join(profileDir, path), join(staged, String(number))];
    try {
      if (await rename(fs, from, to)) moved.push({ from, to });
    } catch (error) {
      await putBack();
      throw error;
    }
  }
  return {
    freedBytes: victims.reduce((sum, { bytes }) => sum + bytes, 0),
    putBack,
    async discard() {
      await removeTree(fs, staged).catch((error: unknown) => {
        throw writeFailed(staged, error, 'It is no longer part of the profile, and is swept at the next start.');
      });
    },
  };
}

/** The topmost folders and files that may go as a whole. */
async function findVictims(fs: ProfileFs, profileDir: string): Promise<Victim[]> {
  const root = await lstatOrNull(fs, profileDir);
  const victims: Victim[] = [];
  const mounts = mountsWithin(profileDir);
  const folders = root === null ? [] : [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of (await namesOrNull(fs, join(profileDir, folder))) ?? []) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = await lstatOrNull(fs, join(profileDir, path));
      const full = join(profileDir, path);
      // A mount inside cannot be renamed out, and is not ours to empty.
      if (stat === null || stat.dev !== root?.dev || mounts.includes(full)) continue;
      if (stat.isFile() && isDisposable(path)) victims.push({ path, bytes: Number(stat.size) });
      if (!stat.isDirectory()) continue;
      const holdsMount = mounts.some((mount) => isWithin(mount, full));
      if (isDisposable(path) && !mayHold(path, KEPT) && !holdsMount) {
        victims.push({ path, bytes: await sizeOf(full) });
      } else if (mayHold(path, DISPOSABLE)) folders.push(path);
    }
  }
  return victims;
}

function isDisposable(path: string): boolean {
  const rule = ruleOf(path);
  return rule !== null && DISPOSABLE.includes(rule.class);
}

async function sizeOf(folder: string): Promise<number> {
  const seen = new Set<number>();
  let bytes = 0;
  await statFiles(folder, (_path, { ino, size }) => {
    if (!seen.has(ino)) bytes += size;
    seen.add(ino);
  });
  return bytes;
}

async function make(fs: ProfileFs, folder: string): Promise<void> {
  try {
    await makeFolder(fs, folder);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

/** False when there is nothing left to move. */
async function rename(fs: ProfileFs, from: string, to: string): Promise<boolean> {
  try {
    await fs.rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error) && (await lstatOrNull(fs, from)) === null) return false;
    throw writeFailed(from, error);
  }
}
