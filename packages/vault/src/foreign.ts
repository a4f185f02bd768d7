import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isVaultFolder, isVaultObject } from './names.ts';
import { hasCode } from './store/folder-errors.ts';
import { isTemporary } from './store/folder-store.ts';

/**
 * What is in a vault's folder and is not the vault's: paths below it, in order; of a folder its name alone. The vault passes
 * over all of it. Nothing of a folder that is not there.
 */
export async function foreignNames(folder: string): Promise<string[]> {
  return (await foreignBelow(folder, '')).sort();
}

async function foreignBelow(root: string, base: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(join(root, base))) {
    const path = `${base}${entry.name}`;
    if (isTemporary(path)) continue;
    if (entry.isDirectory() && isVaultFolder(path)) found.push(...(await foreignBelow(root, `${path}/`)));
    else if (!entry.isFile() || !isVaultObject(path)) found.push(path);
  }
  return found;
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  });
}
