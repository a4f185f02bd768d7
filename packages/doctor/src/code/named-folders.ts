import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { errorText } from '@leadmaster/protocol';
import { CHECKOUT, type DataPaths } from '@leadmaster/session-manager/installation';
import { findCode, type Unread } from './find-files.ts';
import { matching, profilesIn, real } from './on-disk.ts';
import { foldersNamedIn, type NamedFolder } from './session-folders.ts';

/** What code says, and what of it is true. */
export interface NamedOnDisk extends NamedFolder {
  /**
   * `missing`: no such folder. `empty`: it is there and holds no session. `ours`: sessions of LeadMaster are in it.
   * `elsewhere`: it holds sessions that LeadMaster does not know. `unreadable`: it cannot be told.
   */
  truth: 'missing' | 'empty' | 'ours' | 'elsewhere' | 'unreadable';
  /** Why it cannot be read; empty when it can. */
  why: string;
  /** Folders that are there. */
  folders: string[];
  /** Profiles in them. */
  profiles: string[];
}

/** All that code says of sessions, with what of it could not be looked at. */
export interface CodeOnDisk {
  /** Where the code is. */
  folder: string;
  named: NamedOnDisk[];
  cutShort: boolean;
  unread: Unread[];
}

/** The folders that code in and below a folder names for sessions, compared with the disk. */
export function namedFolders(codeDir: string, paths: DataPaths): CodeOnDisk {
  const { files, cutShort, unread } = findCode(codeDir);
  const named = files
    .flatMap(({ path, text }) => foldersNamedIn(path, text))
    .filter(({ patterns }) => patterns.length > 0)
    .map((one): NamedOnDisk => compare(one, paths));
  return { folder: codeDir, named, cutShort, unread };
}

function compare(one: NamedFolder, paths: DataPaths): NamedOnDisk {
  try {
    return { ...one, ...truthOf(one, paths), why: '' };
  } catch (error) {
    return { ...one, truth: 'unreadable', why: errorText(error), folders: [], profiles: [] };
  }
}

function truthOf(one: NamedFolder, paths: DataPaths): Pick<NamedOnDisk, 'truth' | 'folders' | 'profiles'> {
  const folders = [...new Set(one.patterns.flatMap(matching).map(real))];
  const profiles = [...new Set(folders.flatMap((folder) => profilesIn(folder)))];
  const ours = profiles.filter((path) => path.startsWith(paths.tokens + sep));
  const truth =
    folders.length === 0 ? 'missing' : ours.length > 0 ? 'ours' : profiles.length > 0 ? 'elsewhere' : 'empty';
  return { truth, folders, profiles };
}

/**
 * Where the operator's code is when no folder is named: the data folder itself when it is one of theirs (the report's layout,
 * with `tokens/` beside the code), or the folder around it. Never this program's own checkout.
 */
export function codeBeside(paths: DataPaths): string | null {
  const isOurs = (folder: string): boolean => existsSync(folder) && realpathSync(folder) === realpathSync(CHECKOUT);
  const candidates = [paths.root, dirname(paths.root)];
  return candidates.find((folder) => existsSync(join(folder, 'package.json')) && !isOurs(folder)) ?? null;
}
