import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { classify } from '@leadmaster/capture/classify';

/** Which files of a profile a copy is about. */
export type FileSet = 'whole' | 'full' | 'essential' | 'selective' | 'databases';

/** What whatsapp-web.js needs to find its login: what RemoteAuth packs. */
export const DATABASES = ['Default/IndexedDB', 'Default/Local Storage'];
/** What the storage report packs besides. Chromium's headless shell writes no `Local State`. */
export const SELECTIVE = [...DATABASES, 'Local State'];

const HOLDS: Record<FileSet, (path: string) => boolean> = {
  whole: () => true,
  full: (path) => classify(path).class !== 'temporary',
  essential: (path) => ['critical', 'important'].includes(classify(path).class),
  selective: (path) => below(path, SELECTIVE),
  databases: (path) => below(path, DATABASES),
};
/** LevelDB's lock, which is empty, and its diary: our copies leave them out. */
const OF_NO_USE = /(^|\/)(LOCK|LOG|LOG\.old)$/;

/** Paths of the files of a set, sorted. */
export async function filesOf(profile: string, set: FileSet): Promise<string[]> {
  const found = await readdir(profile, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(profile.length + 1))
    .filter((path) => HOLDS[set](path) && !OF_NO_USE.test(path))
    .sort();
}

/** The fewest folders and files that hold a set and nothing else: what another program is asked to save. */
export async function rootsOf(profile: string, set: FileSet): Promise<string[]> {
  const wanted = new Set(await filesOf(profile, set));
  const all = await filesOf(profile, 'whole');
  const mixed = new Set(all.filter((path) => !wanted.has(path)).flatMap(foldersAbove));
  const roots = [...wanted].map((path) => [...foldersAbove(path), path].find((one) => !mixed.has(one)) ?? path);
  return [...new Set(roots)];
}

/** Whether a restored folder has every file of the set, byte by byte. */
export async function holdsAll(profile: string, restored: string, set: FileSet): Promise<boolean> {
  const files = await filesOf(profile, set);
  const [there, back] = [await sumOf(profile, files), await sumOf(restored, files)];
  return files.length > 0 && there === back;
}

async function sumOf(folder: string, files: readonly string[]): Promise<string> {
  const sum = createHash('sha256');
  for (const file of files) {
    sum.update(`${file}\0`);
    await pipeline(createReadStream(join(folder, file)), async (content) => {
      for await (const piece of content) sum.update(piece);
    });
  }
  return sum.digest('hex');
}

function below(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** From the outermost in. */
function foldersAbove(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('/'));
}
