import { readFileSync } from 'node:fs';
import { LeadMasterError, shellWord } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import type { ProfileFs } from './files.ts';
import { isWithin } from './real-path.ts';

/** Each line: id, parent, device, root, mount point, ... (proc_pid_mountinfo(5)). */
const MOUNTS = '/proc/self/mountinfo';
const MOUNT_POINT = 4;

/**
 * The mount points at a folder (its path without links) and below it, as the kernel lists them; device numbers do not tell: a
 * bind mount has the one of the disk that it shows. None where the system has no such list.
 */
export function mountsWithin(folder: string): string[] {
  let text: string;
  try {
    text = readFileSync(MOUNTS, 'utf8');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return text
    .split('\n')
    .map((line) =>
      (line.split(' ')[MOUNT_POINT] ?? '').replaceAll(/\\([0-7]{3})/g, (_all, octal: string) => byteOf(octal)),
    )
    .filter((point) => point !== '' && isWithin(point, folder));
}

/** Spaces, tabs, newlines and backslashes are written as octal numbers. */
function byteOf(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

/**
 * Deletes a folder and all in it. What is mounted below it is not part of it, and would be deleted with it.
 *
 * @throws LeadMasterError `storage_failed` where something is mounted there: nothing is deleted then. The system's error when
 * the disk refuses.
 */
export async function removeTree(fs: Pick<ProfileFs, 'rm'>, path: string): Promise<void> {
  const [mount] = mountsWithin(path);
  if (mount !== undefined) {
    throw new LeadMasterError(
      'storage_failed',
      `${path} cannot be deleted: another folder is mounted at ${mount}, and would be emptied with it`,
      `Nothing was deleted. Unmount it: umount ${shellWord(mount)}`,
    );
  }
  await fs.rm(path, { recursive: true, force: true });
}

/**
 * Refuses a folder that cannot be moved, since it is a mount point itself.
 *
 * @throws LeadMasterError `storage_failed`.
 */
export function refuseMountPoint(folder: string): void {
  if (!mountsWithin(folder).includes(folder)) return;
  throw new LeadMasterError(
    'storage_failed',
    `${folder} is a mount point, and a profile is set aside by moving its folder`,
    `Nothing was changed. Stop the session, unmount it (umount ${shellWord(folder)}), and put the profile itself there; a whole data folder may lie on a disk of its own.`,
  );
}
