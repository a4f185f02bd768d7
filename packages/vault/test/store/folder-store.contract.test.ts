import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobStoreContract } from '@leadmaster/testkit/blob-store-contract';
import { FolderStore } from '../../src/store/folder-store.ts';

blobStoreContract('a folder', {
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'store-'));
    return {
      store: new FolderStore(join(folder, 'vault'), { create: true }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
  broken: [
    {
      name: 'whose disk is not mounted',
      code: 'store_unreachable',
      open: async () => new FolderStore(join(tmpdir(), 'store-that-was-never-made')),
    },
  ],
});
