import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The data folder that a path is in or is, of any installation; null where none can be recognised. */
export function dataFolderAround(path: string): string | null {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (isDataFolder(folder)) return folder;
  }
  return null;
}

/** Seen by what every start makes in it; a folder that cannot be looked into is not recognised. */
export function isDataFolder(folder: string): boolean {
  return (
    folder !== dirname(folder) && ['tokens', 'locks', 'trash', 'staging'].every((name) => isFolder(join(folder, name)))
  );
}

/** The profile that a path is in or is, looked for no higher than a folder around it; null where none can be seen. */
export function profileAround(path: string, highest: string): string | null {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (isFolder(join(folder, 'Default'))) return folder;
    if (folder === highest) return null;
  }
  return null;
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}
