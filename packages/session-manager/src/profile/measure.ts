import { classify, type StorageClass } from '@leadmaster/capture/classify';
import { type ProfileFs, walk } from './files.ts';

/**
 * Bytes of a profile by class: the sizes of its files, a hard-linked one counted once. Zero when there is no profile.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function measureProfile(
  fs: ProfileFs,
  profileDir: string,
): Promise<{ bytes: number; files: number; classes: Record<StorageClass, number> }> {
  const classes: Record<StorageClass, number> = { critical: 0, important: 0, optional: 0, temporary: 0 };
  const seen = new Set<number>();
  let bytes = 0;
  let files = 0;
  for await (const entry of walk(fs, profileDir)) {
    if (entry.kind !== 'file' || seen.has(entry.ino)) continue;
    seen.add(entry.ino);
    files += 1;
    bytes += entry.size;
    classes[classify(entry.path).class] += entry.size;
  }
  return { bytes, files, classes };
}
