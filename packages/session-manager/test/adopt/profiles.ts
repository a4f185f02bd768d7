import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLevelDb } from '@leadmaster/testkit';

/** A profile with both databases of a login, as LevelDB leaves them, and what Chromium keeps beside. */
export async function putProfile(folder: string, files: Record<string, string> = {}): Promise<string> {
  for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(folder, store));
  const all = {
    'Last Version': '100.0.1.2',
    'Default/Preferences': '{}',
    'Default/Service Worker/CacheStorage/1/entry_0': 'media',
    'Default/Code Cache/js/index': 'made again',
    DevToolsActivePort: '1234',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** What RemoteAuth puts into its archive, unzipped. */
export async function putUnzipped(folder: string): Promise<string> {
  for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(folder, store));
  return folder;
}

/** Every file below a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
