import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classify, RECORD_FILE } from '@leadmaster/capture/classify';
import { isTemporaryName } from '../../src/profile/atomic-file.ts';
import { filesIn } from '../../test/adopt/profiles.ts';

/** The files of a profile and what is in them, without our own record, written or being written. */
export type Contents = ReadonlyMap<string, string>;

/** Reads a whole profile; null when there is no such folder. */
export async function contentsOf(folder: string): Promise<Contents | null> {
  let paths: string[];
  try {
    paths = await filesIn(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const contents = new Map<string, string>();
  for (const path of paths) {
    if (path === RECORD_FILE || isTemporaryName(path)) continue;
    const bytes = await readFile(join(folder, path));
    contents.set(path, createHash('sha256').update(bytes).digest('hex'));
  }
  return contents;
}

/** What is not as it should be: missing, changed, or, unless it may be there, too much. */
export function differences(found: Contents | null, wanted: Contents, mayBeThere: Contents = new Map()): string[] {
  if (found === null) return ['the whole folder'];
  const lacking = [...wanted].filter(([path, hash]) => found.get(path) !== hash);
  const strange = [...found].filter(([path, hash]) => !wanted.has(path) && mayBeThere.get(path) !== hash);
  return [...lacking.map(([path]) => `lacks ${path}`), ...strange.map(([path]) => `has ${path}`)];
}

/** The part that nothing may ever remove: the login and what belongs to it. LevelDB recreates its locks and its log. */
export function lastingOf(contents: Contents): Contents {
  const isMade = (path: string): boolean => /\/(LOCK|LOG)$/.test(path);
  const isLasting = (path: string): boolean =>
    ['critical', 'important'].includes(classify(path).class) && !isMade(path);
  return new Map([...contents].filter(([path]) => isLasting(path)));
}
