import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Ring } from './contestant.ts';
import { bytesBelow } from './disk.ts';
import { rootsOf } from './file-sets.ts';
import { type Ran, run } from './measure.ts';
import { emptyFolder } from './plain-copies.ts';

/** What else restic can be asked. */
export interface ResticContestant extends Contestant {
  /** A backup as of a time of its own choosing, then what the policy does not keep goes, and its bytes with it. */
  saveAndPrune(at: Date): Promise<Ran>;
  /** How many snapshots there are. */
  count(): Promise<number>;
}

/** Flags that mean what LeadMaster's default `SNAPSHOT_KEEP` means. */
const KEEP = ['--keep-last', '7', '--keep-daily', '7', '--keep-weekly', '4', '--keep-monthly', '6'];

/** restic with its defaults, a local repository, and the very files that our snapshot of that kind holds. */
export function restic(ring: Ring, set: 'full' | 'essential'): ResticContestant {
  const { profile, signal } = ring;
  const folder = join(ring.folder, `restic-${set}`);
  const password = join(folder, 'password');
  const repository = join(folder, 'repository');
  const cache = join(folder, 'cache');
  const call = (args: readonly string[]) =>
    run('restic', ['--quiet', '--repo', repository, '--password-file', password, '--cache-dir', cache, ...args], {
      cwd: profile,
      signal,
    });
  const backup = async (...more: string[]) => call(['backup', ...more, ...(await rootsOf(profile, set))]);
  return {
    name: `restic, the files of ${set}`,
    set,
    async prepare() {
      await emptyFolder(folder);
      await writeFile(password, 'correct horse battery staple\n', { mode: 0o600 });
      await call(['init']);
    },
    save: () => backup(),
    restore: (target) => call(['restore', 'latest', '--target', target]),
    stored: () => bytesBelow(repository),
    async saveAndPrune(at) {
      const saved = await backup('--time', at.toISOString().slice(0, 19).replace('T', ' '));
      // Grouped by host alone: which roots hold a set may change.
      await call(['forget', ...KEEP, '--group-by', 'host', '--prune']);
      return saved;
    },
    async count() {
      return (JSON.parse((await call(['snapshots', '--json'])).output) as unknown[]).length;
    },
  };
}
