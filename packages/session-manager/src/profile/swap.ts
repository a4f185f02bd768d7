import { basename, dirname, join } from 'node:path';
import { isSessionName } from '@leadmaster/protocol';
import { z } from 'zod';
import { syncFolder, writeAtomically } from './atomic-file.ts';
import { lstatOrNull, namesOrNull, type ProfileFs, unreadable, writeFailed } from './files.ts';
import type { DataPaths } from './paths.ts';
import { isStagingName, SWAP_SUFFIX } from './staging-names.ts';
import { takeBack } from './trash.ts';

/**
 * Putting one profile in the place of another takes two renames: the old one to trash, the new one in. A crash between
 * the two would leave a session without any. So the intent is written down first, beside the new profile in staging;
 * the next start finishes what it finds.
 */
const intentSchema = z.object({ session: z.string().refine(isSessionName) });

/**
 * Moves a staged profile into place. `setAside` moves what is there to trash and returns its path (null: there was
 * none); when the staged profile cannot follow, the old one comes back.
 *
 * @throws LeadMasterError `storage_failed`; everything is then as it was.
 */
export async function swapProfile(
  fs: ProfileFs,
  paths: DataPaths,
  session: string,
  staged: string,
  setAside: () => Promise<string | null>,
): Promise<string | null> {
  const target = paths.session(session);
  const intent = `${staged}${SWAP_SUFFIX}`;
  await writeAtomically(fs, intent, `${JSON.stringify({ session })}\n`);
  let old: string | null = null;
  try {
    old = await setAside();
    await fs.rename(staged, target);
  } catch (error) {
    if (old !== null) await takeBack(fs, old, target);
    await fs.rm(intent, { force: true });
    throw writeFailed(target, error);
  }
  try {
    await syncFolder(fs, dirname(target));
    await fs.rm(intent);
    await syncFolder(fs, dirname(staged));
  } catch (error) {
    throw writeFailed(target, error);
  }
  return old;
}

/**
 * Finishes swaps that a crash interrupted: the old profile is in trash and the new one still in staging. Returns the
 * sessions. To be called before staging is swept.
 *
 * @throws LeadMasterError `profile_unreadable`, `storage_failed`.
 */
export async function finishSwaps(fs: ProfileFs, paths: DataPaths): Promise<string[]> {
  const finished: string[] = [];
  for (const name of (await namesOrNull(fs, paths.staging)) ?? []) {
    if (!name.endsWith(SWAP_SUFFIX) || !isStagingName(name)) continue;
    if (!(await isFile(fs, join(paths.staging, name)))) continue;
    const intent = join(paths.staging, name);
    const staged = join(paths.staging, basename(name, SWAP_SUFFIX));
    const session = await readIntent(fs, intent);
    const isHalf =
      session !== null &&
      (await lstatOrNull(fs, paths.session(session))) === null &&
      (await lstatOrNull(fs, staged)) !== null;
    try {
      if (isHalf) {
        await fs.rename(staged, paths.session(session));
        await syncFolder(fs, paths.tokens);
        finished.push(session);
      }
      await fs.rm(intent, { force: true });
    } catch (error) {
      throw writeFailed(staged, error);
    }
  }
  return finished;
}

async function isFile(fs: ProfileFs, path: string): Promise<boolean> {
  return (await lstatOrNull(fs, path))?.isFile() ?? false;
}

/** Null for what is no intent of ours: it was written atomically, so it is never half of one. */
async function readIntent(fs: ProfileFs, path: string): Promise<string | null> {
  let text: string;
  try {
    text = await fs.readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return intentSchema.parse(JSON.parse(text)).session;
  } catch {
    return null;
  }
}
