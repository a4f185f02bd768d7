import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

const GB = 1e9;
/** Below both, a disk is nearly full: a large one has room left at 5 %, a small one is in use below 5 GB. */
const LOW_SHARE = 0.05;
const LOW_BYTES = 5 * GB;

/** Whether the disks of the profiles and of the vault have room. */
export async function checkDisk({ machine, paths, config }: Installation): Promise<Finding[]> {
  const places = [paths.tokens];
  const { location } = config.vault;
  if (location.kind === 'folder' && machine.device(location.path) !== machine.device(paths.tokens))
    places.push(location.path);
  const findings: Finding[] = [];
  for (const path of places) {
    const { freeBytes, totalBytes } = await machine.room(path);
    const about = { path, free: megabytes(freeBytes), min: megabytes(config.diskMinFreeBytes) };
    if (freeBytes < config.diskMinFreeBytes)
      findings.push(found('problem', path === paths.tokens ? 'disk_full' : 'vault_disk_full', path, about));
    else if (freeBytes < Math.min(totalBytes * LOW_SHARE, LOW_BYTES))
      findings.push(found('warning', 'disk_low', path, about));
  }
  return findings;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
