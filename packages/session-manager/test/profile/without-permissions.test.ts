import type * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { tempFolder } from './helpers.ts';

/** What a file system answers that keeps no permissions: vfat and network disks refuse, exFAT and NTFS by FUSE do nothing. */
let answer: () => void;

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    statSync: (path: string) => Object.assign(real.statSync(path), { mode: 0o40755 }),
    chmodSync: () => answer(),
  };
});

const refuse = () => {
  throw Object.assign(new Error('EPERM: operation not permitted, chmod'), { code: 'EPERM' });
};

test.each([
  ['refuses to set them', refuse],
  ['sets none and says nothing', () => {}],
])(
  'a data folder on a file system that keeps no permissions and %s is refused, and what to do',
  async (_what, does) => {
    answer = does;
    const root = join(await tempFolder(), 'data');
    expect(() => prepareDataFolder(dataPaths(root))).toThrow(
      expect.objectContaining({
        code: 'storage_failed',
        hint: expect.stringMatching(/keeps no permissions.*vfat.*LEADMASTER_DATA_DIR.*umask=077/),
      }),
    );
  },
);
