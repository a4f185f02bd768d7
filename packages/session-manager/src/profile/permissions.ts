import { LeadMasterError, shellWord } from '@leadmaster/protocol';
import { errorCode, isMissing } from '@leadmaster/service-kit/files';
import { type Entry, type ProfileFs, walk, writeFailed } from './files.ts';

/** Whether group and others are kept out and the owner let in. */
export function modeIsRight(entry: Pick<Entry, 'kind' | 'mode'>): boolean {
  if (entry.kind === 'other') return true;
  const needed = entry.kind === 'folder' ? 0o700 : 0o600;
  return (entry.mode & 0o077) === 0 && (entry.mode & needed) === needed;
}

/**
 * Sets 0700 on folders and 0600 on files wherever it is not so; Chromium makes files as the umask lets it. Follows no
 * symlink, crosses to no other device. Returns how many entries were repaired.
 *
 * @throws LeadMasterError `storage_failed` naming the first entry that belongs to another user.
 */
export async function repairPermissions(fs: ProfileFs, root: string): Promise<number> {
  let repaired = 0;
  const refused: string[] = [];
  for await (const entry of walk(fs, root)) {
    if (modeIsRight(entry)) continue;
    try {
      await fs.chmod(entry.full, entry.kind === 'folder' ? 0o700 : 0o600);
      repaired += 1;
    } catch (error) {
      if (isMissing(error)) continue;
      if (errorCode(error) !== 'EPERM') throw writeFailed(entry.full, error);
      refused.push(`${entry.full} (owned by uid ${entry.uid})`);
    }
  }
  if (refused.length > 0) {
    throw new LeadMasterError(
      'storage_failed',
      `${refused.length} entries belong to another user, first ${refused[0]}`,
      `Give them to the service's user: chown -R ${process.getuid?.() ?? '<user>'} ${shellWord(root)} (as root).`,
    );
  }
  return repaired;
}
