import { constants } from 'node:fs';
import { copyFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { classify, RECORD_FILE } from '@leadmaster/capture/classify';
import { isMissing } from '@leadmaster/service-kit/files';
import { syncFile, syncFolder } from '../profile/atomic-file.ts';
import { type Entry, makeFolder, type ProfileFs, walk, writeFailed } from '../profile/files.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { refuse } from './refusal.ts';
import { isUnchanged, type Survey } from './survey.ts';

/** What comes along: all but what a browser makes again by itself. */
export function taken({ entries, record }: Survey): Entry[] {
  return entries.filter(
    ({ path }) => classify(path).class !== 'temporary' && (path !== RECORD_FILE || record !== null),
  );
}

/**
 * Copies a profile into a folder that does not exist, durably, with the times of its files. Proves afterwards that nothing
 * of it was written meanwhile.
 *
 * @throws LeadMasterError `adopt_refused` when it changed, `storage_failed` when the disk refuses.
 */
export async function copyProfile(
  fs: ProfileFs,
  found: Survey,
  target: string,
  { signal, onProgress }: LongCall,
): Promise<void> {
  const entries = taken(found);
  const total = entries.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0);
  let done = 0;
  for (const entry of entries) {
    signal?.throwIfAborted();
    onProgress?.({ phase: 'copying', done, total });
    await copyEntry(fs, entry, join(target, entry.path));
    if (entry.kind === 'file') done += entry.size;
  }
  // Deepest first: a folder's list of names is durable once what it names is.
  const folders = entries.filter(({ kind }) => kind === 'folder').reverse();
  for (const { path } of folders)
    await syncFolder(fs, join(target, path)).catch((error: unknown) => failed(target, error));
  await refuseChanged(fs, found);
}

async function copyEntry(fs: ProfileFs, entry: Entry, to: string): Promise<void> {
  try {
    if (entry.kind === 'folder') {
      await makeFolder(fs, to);
      return;
    }
    await copyFile(entry.full, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await fs.chmod(to, 0o600);
    await utimes(to, entry.mtimeMs / 1000, entry.mtimeMs / 1000);
    await syncFile(fs, to);
  } catch (error) {
    if (isMissing(error)) throw changed(entry.full);
    failed(to, error);
  }
}

function failed(path: string, error: unknown): never {
  throw writeFailed(path, error);
}

async function refuseChanged(fs: ProfileFs, { layout, entries }: Survey): Promise<void> {
  const now: Entry[] = [];
  for await (const entry of walk(fs, layout.profileDir)) if (entry.kind !== 'other') now.push(entry);
  if (!isUnchanged(entries, now)) throw changed(layout.profileDir);
}

function changed(path: string): Error {
  return refuse(
    `${path} was written to while it was copied: a program still runs on it`,
    'Stop that program and try again. Nothing was kept of the copy.',
  );
}
