import type * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { tempFolder } from './helpers.ts';

// As vfat does: every folder is open to all, and no mode can be set.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    statSync: (path: string) => Object.assign(real.statSync(path), { mode: 0o40755 }),
    chmodSync: () => {
      throw Object.assign(new Error('EPERM: operation not permitted, chmod'), { code: 'EPERM' });
    },
  };
});

test('a data folder on a file system that keeps no permissions is refused, and the file system named', async () => {
  const root = join(await tempFolder(), 'data');
  expect(() => prepareDataFolder(dataPaths(root))).toThrow(
    expect.objectContaining({
      code: 'storage_failed',
      hint: expect.stringMatching(/keeps no permissions.*vfat.*LEADMASTER_DATA_DIR/),
    }),
  );
});
