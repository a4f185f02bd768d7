import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { errorCode } from '@leadmaster/service-kit/files';

/** Folders that a pattern with `*` in its names matches. Throws the error of a folder that is there and cannot be read. */
export function matching(pattern: string): string[] {
  let found: string[] = [sep];
  for (const name of pattern.split(sep).filter((part) => part !== '')) {
    found = found.flatMap((folder) => (name.includes('*') ? childrenLike(folder, name) : [join(folder, name)]));
    found = found.filter(isFolder);
  }
  return found;
}

function childrenLike(folder: string, name: string): string[] {
  const source = name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return foldersIn(folder).filter((path) =>
    new RegExp(`^${source}$`).test(path.slice(folder.length).replace(/^\//, '')),
  );
}

/** The Chromium profiles in a folder: itself, or what is in it, as LocalAuth (`session-x`) and LeadMaster have them. Throws likewise. */
export function profilesIn(folder: string, depth = 2): string[] {
  if (isProfile(folder)) return [folder];
  return depth === 0 ? [] : foldersIn(folder).flatMap((path) => profilesIn(path, depth - 1));
}

function isProfile(folder: string): boolean {
  return isFolder(join(folder, 'Default', 'IndexedDB')) || isFolder(join(folder, 'Default', 'Local Storage'));
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter(isFolder);
  } catch (error) {
    if (isNoFolder(error)) return [];
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch (error) {
    if (isNoFolder(error)) return false;
    throw error;
  }
}

/** Proof that nothing of the kind is there: it is not, or what lies above it is a file. */
function isNoFolder(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
}

/** The one spelling of a folder that is there. */
export function real(folder: string): string {
  return realpathSync(folder);
}
