import { classify, RULES, ruleOf, type StorageClass } from '@leadmaster/capture/classify';
import type { RecentFile, RecentFiles, StorageFolder } from '@leadmaster/protocol';
import { type StatFs, statFiles } from './stat-walk.ts';

/** The size of a profile. Folders are disjoint, the largest first. */
export interface ProfileSize {
  bytes: number;
  classes: Record<StorageClass, number>;
  folders: StorageFolder[];
}

/** Below a folder that no rule knows, files are told apart down to here. */
const UNKNOWN_DEPTH = 2;

/** Names in the longest rule: all files of a folder that deep, or deeper, are decided alike. */
const DEEPEST_RULE = Math.max(...RULES.map(({ path }) => path.split('/').length));

/**
 * Bytes of a profile by class and folder: the sizes of its files, a hard-linked one counted once. Zero when there is no
 * profile. Only looks at files, and reads none.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function measureProfile(profileDir: string, disk?: StatFs): Promise<ProfileSize> {
  const classes: Record<StorageClass, number> = { critical: 0, important: 0, optional: 0, temporary: 0 };
  const folders = new Map<string, StorageFolder>();
  const deep = new Map<string, StorageFolder>();
  const linked = new Set<number>();
  let bytes = 0;
  const foldOf = (path: string): StorageFolder => {
    const fold = foldedInto(path);
    const key = `${fold.class} ${fold.path}`;
    const known = folders.get(key) ?? { ...fold, bytes: 0, files: 0 };
    folders.set(key, known);
    return known;
  };
  await statFiles(
    profileDir,
    (path, { ino, nlink, size }) => {
      if (nlink > 1) {
        if (linked.has(ino)) return;
        linked.add(ino);
      }
      // A cache has thousands of files in one folder: the rules are asked once for all of them.
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      const folder = deep.get(parent) ?? foldOf(path);
      if (parent.split('/').length >= DEEPEST_RULE) deep.set(parent, folder);
      folder.bytes += size;
      folder.files += 1;
      classes[folder.class] += size;
      bytes += size;
    },
    disk,
  );
  return { bytes, classes, folders: [...folders.values()].sort((a, b) => b.bytes - a.bytes) };
}

/** The folder that stands for a file: as deep as the rule that decides about it. */
function foldedInto(path: string): { path: string; class: StorageClass } {
  const names = path.split('/');
  const depth = ruleOf(path)?.path.split('/').length ?? UNKNOWN_DEPTH;
  const folder = names.slice(0, Math.min(depth, names.length - 1)).join('/');
  return { path: folder === '' ? '.' : folder, class: classify(path).class };
}

/**
 * Files of a profile that were written since a moment, newest first, at most `limit` of them.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function recentFiles(
  profileDir: string,
  { since, limit }: { since: Date; limit: number },
  disk?: StatFs,
): Promise<RecentFiles> {
  const found: { path: string; bytes: number; mtimeMs: number }[] = [];
  await statFiles(
    profileDir,
    (path, { size, mtimeMs }) => {
      if (mtimeMs >= since.getTime()) found.push({ path, bytes: size, mtimeMs });
    },
    disk,
  );
  found.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
  const items = found.slice(0, limit).map(({ path, bytes, mtimeMs }): RecentFile => {
    return { path, bytes, at: new Date(mtimeMs).toISOString(), class: classify(path).class };
  });
  return { items, total: found.length };
}
