import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Ring } from './contestant.ts';
import { bytesBelow } from './disk.ts';
import { SELECTIVE } from './file-sets.ts';
import { run } from './measure.ts';

/** `tar -czf` as in the storage report: of the whole profile, or of the folders that hold the login. */
export function tar(ring: Ring, set: 'whole' | 'selective'): Contestant {
  const folder = join(ring.folder, `tar-${set}`);
  const archive = join(folder, 'profile.tar.gz');
  const { profile, signal } = ring;
  const paths = () => (set === 'whole' ? ['.'] : SELECTIVE.filter((path) => existsSync(join(profile, path))));
  return {
    name: set === 'whole' ? 'tar -czf, everything' : 'tar -czf, selective',
    set,
    prepare: () => emptyFolder(folder),
    save: () => run('tar', ['-czf', archive, ...paths()], { cwd: profile, signal }),
    async restore(target) {
      await mkdir(target);
      return run('tar', ['-xzf', archive], { cwd: target, signal });
    },
    stored: () => bytesBelow(folder),
  };
}

/** `cp -a` of the whole profile; the previous copy goes first, unmeasured. */
export function plainCopy(ring: Ring): Contestant {
  const folder = join(ring.folder, 'cp');
  const copy = join(folder, 'profile');
  const { profile, signal } = ring;
  return {
    name: 'cp -a',
    set: 'whole',
    prepare: () => emptyFolder(folder),
    async save() {
      await rm(copy, { recursive: true, force: true });
      return run('cp', ['-a', profile, copy], { cwd: folder, signal });
    },
    restore: (target) => run('cp', ['-a', copy, target], { cwd: folder, signal }),
    stored: () => bytesBelow(folder),
  };
}

/** An empty folder. */
export async function emptyFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
