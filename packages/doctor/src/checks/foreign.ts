import { join } from 'node:path';
import { isSessionName } from '@leadmaster/protocol';
import { errorCode, isMissing } from '@leadmaster/service-kit/files';
import {
  isKeptOfBuild,
  isLockName,
  isStagingName,
  isTemporaryName,
  isTrashName,
  lstatOrNull,
  mayNotBeUtf8,
  namesOrNull,
  realFs,
} from '@leadmaster/session-manager/installation';
import { foreignNames } from '@leadmaster/vault';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

const TOLD = 3;
/** At the top of a disk; it cannot be moved away. */
const OF_THE_DISK = 'lost+found';
/** Locks of a whole data folder, and the folder with those of sessions. */
const DATA_LOCKS = ['data', 'hub'];
const SESSION_LOCKS = 'sessions';

/** What others have put into the folders that we keep: LeadMaster passes over it and never deletes it. */
export async function checkForeign({ paths, config, profiles }: Installation): Promise<Finding[]> {
  const { location } = config.vault;
  const sessionLocks = join(paths.locks, SESSION_LOCKS);
  const places: [folder: string, names: string[]][] = [
    [paths.tokens, await plainFiles(paths.tokens)],
    [paths.trash, await others(paths.trash, isTrashName)],
    [paths.staging, await others(paths.staging, isStagingName)],
    [paths.locks, await others(paths.locks, isOfDataLocks)],
    [sessionLocks, await others(sessionLocks, (name) => isLockName(name, isSessionName))],
    [paths.webCache, await others(paths.webCache, (name) => isKeptOfBuild(name) || isTemporaryName(name))],
    ...(location.kind === 'folder'
      ? [[location.path, await foreignNames(location.path)] satisfies [string, string[]]]
      : []),
  ];
  for (const { dir } of profiles) places.push([dir, await notUtf8(dir)]);
  return places.flatMap(([folder, all]) => {
    const names = all.filter((name) => name !== OF_THE_DISK);
    if (names.length === 0) return [];
    const first = names.slice(0, TOLD).map((name) => JSON.stringify(name));
    const about = { folder, count: names.length, names: first.join(', ') };
    return [found('note', 'foreign_files', folder, about)];
  });
}

function isOfDataLocks(name: string): boolean {
  return name === SESSION_LOCKS || isLockName(name, (lock) => DATA_LOCKS.includes(lock));
}

async function others(folder: string, isOurs: (name: string) => boolean): Promise<string[]> {
  const names = (await namesOrNull(realFs, folder)) ?? [];
  return names.filter((name) => !isOurs(name)).sort();
}

/** Names that are not UTF-8: they are in no copy of the profile. */
async function notUtf8(dir: string): Promise<string[]> {
  const names = await realFs.readdir(dir, { recursive: true }).catch((error: unknown) => {
    // A browser removes folders while they are listed; files of other users are reported by the check of owners.
    if (isMissing(error) || errorCode(error) === 'EACCES') return [];
    throw error;
  });
  return names.filter(mayNotBeUtf8).sort();
}

/** Folders and links among the profiles are told with the profiles. */
async function plainFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of await others(folder, isTemporaryName)) {
    if ((await lstatOrNull(realFs, `${folder}/${name}`))?.isFile() === true) files.push(name);
  }
  return files;
}
