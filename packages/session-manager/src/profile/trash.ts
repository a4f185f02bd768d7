import { basename, dirname, join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import { isSessionName, LeadMasterError } from '@leadmaster/protocol';
import { errorCode, isMissing } from '@leadmaster/service-kit/files';
import { z } from 'zod';
import { isTemporaryName, syncFolder, writeAtomically } from './atomic-file.ts';
import { lstatOrNull, makeFolder, namesOrNull, type ProfileFs, textOrNull, writeFailed } from './files.ts';
import { refuseMountPoint, removeTree } from './mounts.ts';
import type { ProfileRecord, TrashEntry } from './profile-store.ts';
import { readRecordFile } from './record.ts';
import { statFiles } from './stat-walk.ts';

const DAY_MS = 86_400_000;
/** As `moveToTrash` calls them. What others have put into the trash is theirs: it is not listed, not counted and not deleted. */
const NAME = /^.+-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[a-z0-9_]+(-\d+)?$/;

/** Whether a name in the trash is of something that was set aside, or of its label. */
export function isTrashName(name: string): boolean {
  return NAME.test(name.replace(/\.json$/, '')) || isTemporaryName(name);
}

/** `<trash>/<name>.json` says what `<trash>/<name>/` is. Names may hold dashes, so the folder's name is not parsed for it. */
const labelSchema = z.object({
  session: z.string().refine(isSessionName),
  reason: z.string(),
  at: z.iso.datetime(),
  generation: z.number().int().nullable(),
});

/**
 * Moves a profile to `trash/<session>-<time>-<reason>` by rename and makes it durable. Returns the new path, or null
 * when there was no profile.
 *
 * @throws LeadMasterError `storage_failed`; the profile is then where it was.
 */
export async function moveToTrash(
  fs: ProfileFs,
  trash: string,
  profileDir: string,
  label: { session: string; reason: string; generation: number | null },
): Promise<string | null> {
  if ((await lstatOrNull(fs, profileDir)) === null) return null;
  refuseMountPoint(profileDir);
  const at = new Date().toISOString();
  const reason =
    label.reason
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '') || 'unknown';
  let target = '';
  try {
    await makeFolder(fs, trash);
    target = await freeName(fs, join(trash, `${label.session}-${at.replaceAll(/[:.]/g, '-')}-${reason.slice(0, 40)}`));
    // The label first: a label without a folder says nothing, a folder without a label could not be told from another's.
    await writeAtomically(fs, `${target}.json`, `${JSON.stringify({ ...label, at })}\n`);
    await fs.rename(profileDir, target);
  } catch (error) {
    if (target !== '') await fs.rm(`${target}.json`, { force: true }).catch(() => {});
    if (isMissing(error) && (await lstatOrNull(fs, profileDir)) === null) return null;
    throw writeFailed(errorCode(error) === 'EXDEV' ? `${profileDir} to ${trash}` : profileDir, error);
  }
  try {
    await syncFolder(fs, trash);
    await syncFolder(fs, dirname(profileDir));
  } catch (error) {
    await takeBack(fs, target, profileDir);
    throw writeFailed(target, error);
  }
  return target;
}

/** Moves a profile from the trash to where it was. */
export async function takeBack(fs: ProfileFs, trashed: string, profileDir: string): Promise<void> {
  try {
    await fs.rename(trashed, profileDir);
    await fs.rm(`${trashed}.json`, { force: true });
    await syncFolder(fs, dirname(profileDir));
  } catch (error) {
    throw writeFailed(trashed, error, `Move it back by hand, to ${profileDir}: it is whole.`);
  }
}

async function freeName(fs: ProfileFs, wanted: string): Promise<string> {
  for (let n = 1; n < 10_000; n += 1) {
    const path = n === 1 ? wanted : `${wanted}-${n}`;
    if ((await lstatOrNull(fs, path)) === null && (await lstatOrNull(fs, `${path}.json`)) === null) return path;
  }
  throw new LeadMasterError('storage_failed', `No free name for ${wanted}`, 'Empty the trash.');
}

/**
 * What is in the trash, newest first. Folders without a readable label are listed under the name they have.
 *
 * @throws LeadMasterError `profile_unreadable` when the trash cannot be read.
 */
export async function listTrash(fs: ProfileFs, trash: string): Promise<TrashEntry[]> {
  const entries: TrashEntry[] = [];
  for (const name of (await namesOrNull(fs, trash)) ?? []) {
    if (!NAME.test(name)) continue;
    const path = join(trash, name);
    const stat = await lstatOrNull(fs, path);
    if (stat === null || !stat.isDirectory()) continue;
    entries.push(
      (await readLabel(fs, path)) ?? {
        path,
        session: '',
        reason: 'unknown',
        at: stat.ctime.toISOString(),
        generation: null,
      },
    );
  }
  return entries.sort((a, b) => b.at.localeCompare(a.at));
}

async function readLabel(fs: ProfileFs, path: string): Promise<TrashEntry | null> {
  const text = await textOrNull(fs, `${path}.json`);
  if (text === null) return null;
  try {
    return { path, ...labelSchema.parse(JSON.parse(text)) };
  } catch {
    // A torn label: the folder is shown without one.
    return null;
  }
}

/** How much may be in the trash, and for how long. */
export interface TrashLimits {
  days: number;
  bytes: number;
  /** Sessions of which all stays: it is not known yet whether it is their last profile. */
  kept?: ReadonlySet<string>;
}

/**
 * Deletes what has lain in the trash for too long, and, oldest first, what is too much; of the latter never the newest
 * profile of a session, by date or by generation. Returns the paths that are gone; one that cannot go is an error after the others went.
 */
export async function emptyTrash(
  fs: ProfileFs,
  trash: string,
  limits: TrashLimits,
  now = Date.now(),
): Promise<string[]> {
  const entries = (await listTrash(fs, trash)).filter(({ session }) => !limits.kept?.has(session));
  const old = entries.filter(({ at }) => now - Date.parse(at) >= limits.days * DAY_MS);
  const young = entries.filter((entry) => !old.includes(entry));
  return remove(fs, trash, [...old, ...(await tooMuch(young, limits.bytes))]);
}

/** Bytes that are in the trash. */
export async function trashBytes(fs: ProfileFs, trash: string): Promise<number> {
  let bytes = 0;
  for (const entry of await listTrash(fs, trash)) bytes += await sizeOfTrashed(entry.path);
  return bytes;
}

/** The oldest of these (given newest first) that do not fit, but for the last one of each session. */
async function tooMuch(entries: readonly TrashEntry[], limit: number): Promise<TrashEntry[]> {
  if (!Number.isFinite(limit)) return [];
  const sizes = new Map<TrashEntry, number>();
  for (const entry of entries) sizes.set(entry, await sizeOfTrashed(entry.path));
  let bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const seen = new Set<string>();
  const spare = entries.filter((entry) => {
    // The session of a stray profile is unknown: it counts as the last of its own.
    const owner = entry.session || entry.path;
    const isNewest = !seen.has(owner);
    seen.add(owner);
    return !isNewest && !isLastGeneration(entry, entries);
  });
  const out: TrashEntry[] = [];
  for (const entry of spare.toReversed()) {
    if (bytes <= limit) break;
    bytes -= sizes.get(entry) ?? 0;
    out.push(entry);
  }
  return out;
}

/** A clock may have been wrong when one of them came here; generations only grow. */
function isLastGeneration(entry: TrashEntry, entries: readonly TrashEntry[]): boolean {
  const { session, generation } = entry;
  if (generation === null || session === '') return false;
  const others = entries.filter((other) => other.session === session && other !== entry);
  return others.every((other) => (other.generation ?? 0) < generation);
}

/** The record of a profile in the trash; null where it has none. Throws `profile_unreadable` as `readRecordFile` does. */
export function readTrashedRecord(
  fs: ProfileFs,
  { path, session }: Pick<TrashEntry, 'path' | 'session'>,
): Promise<ProfileRecord | null> {
  return readRecordFile(fs, join(path, RECORD_FILE), session);
}

/** Bytes of one folder in the trash; what goes meanwhile is not counted. */
export async function sizeOfTrashed(folder: string): Promise<number> {
  let bytes = 0;
  await statFiles(folder, (_path, { size }) => {
    bytes += size;
  });
  return bytes;
}

async function remove(fs: ProfileFs, trash: string, entries: readonly TrashEntry[]): Promise<string[]> {
  const gone: string[] = [];
  let failure: unknown = null;
  for (const entry of entries) {
    // Never anything but a direct child of the trash.
    if (dirname(entry.path) !== trash || basename(entry.path).startsWith('.')) continue;
    try {
      await removeTree(fs, entry.path);
      await fs.rm(`${entry.path}.json`, { force: true });
      gone.push(entry.path);
    } catch (error) {
      // The others need not wait for this one.
      failure ??= writeFailed(entry.path, error);
    }
  }
  if (failure !== null) throw failure;
  return gone;
}
