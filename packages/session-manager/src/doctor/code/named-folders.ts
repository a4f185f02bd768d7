import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { CHECKOUT } from '../../config/env.ts';
import type { DataPaths } from '../../profile/paths.ts';
import { findCode } from './find-files.ts';
import { matching, profilesIn, real } from './on-disk.ts';
import { foldersNamedIn, type NamedFolder } from './session-folders.ts';

/** What code says, and what of it is true. */
export interface NamedOnDisk extends NamedFolder {
  /**
   * `missing`: no such folder. `empty`: it is there and holds no session. `ours`: sessions of LeadMaster lie in it.
   * `elsewhere`: it holds sessions that LeadMaster knows nothing of.
   */
  truth: 'missing' | 'empty' | 'ours' | 'elsewhere';
  /** Folders that are there. */
  folders: string[];
  /** Profiles in them. */
  profiles: string[];
}

/** The folders that code in and below a folder names for sessions, compared with the disk. */
export function namedFolders(codeDir: string, paths: DataPaths): { named: NamedOnDisk[]; cutShort: boolean } {
  const { files, cutShort } = findCode(codeDir);
  const named = files
    .flatMap(({ path, text }) => foldersNamedIn(path, text))
    .filter(({ patterns }) => patterns.length > 0)
    .map((one): NamedOnDisk => compare(one, paths));
  return { named, cutShort };
}

function compare(one: NamedFolder, paths: DataPaths): NamedOnDisk {
  const folders = [...new Set(one.patterns.flatMap(matching).map(real))];
  const profiles = [...new Set(folders.flatMap((folder) => profilesIn(folder)))];
  const ours = profiles.filter((path) => path.startsWith(paths.tokens + sep));
  const truth =
    folders.length === 0 ? 'missing' : ours.length > 0 ? 'ours' : profiles.length > 0 ? 'elsewhere' : 'empty';
  return { ...one, truth, folders, profiles };
}

/**
 * Where the operator's code is when nobody says: the data folder itself when it is one of theirs (the report's layout,
 * with `tokens/` beside the code), or the folder around it. Never this program's own checkout.
 */
export function codeBeside(paths: DataPaths): string | null {
  const isOurs = (folder: string): boolean => existsSync(folder) && realpathSync(folder) === realpathSync(CHECKOUT);
  const candidates = [paths.root, dirname(paths.root)];
  return candidates.find((folder) => existsSync(join(folder, 'package.json')) && !isOurs(folder)) ?? null;
}
