import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blobStoreContract } from '@leadmaster/testkit/blob-store-contract';
import { expect, test, vi } from 'vitest';
import { Claims } from '../../src/store/claims.ts';
import { FolderStore } from '../../src/store/folder-store.ts';
import { temporaryFolder } from '../helpers.ts';

// As vfat and many network disks answer.
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof fs>()),
  link: async () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  },
}));

blobStoreContract('a folder on a file system without hard links', {
  many: 200,
  open: async () => {
    const folder = await fs.mkdtemp(join(tmpdir(), 'store-'));
    return {
      store: new FolderStore(join(folder, 'vault'), { create: true }),
      close: () => fs.rm(folder, { recursive: true, force: true }),
    };
  },
});

test('a claim that a crash has left is broken, and of those who wait for it one works at a time', async () => {
  const folder = await temporaryFolder();
  let made: string[] = [];
  await new Claims(folder).during('a', async () => {
    made = await fs.readdir(folder);
  });
  expect(made).toHaveLength(1);
  await fs.mkdir(join(folder, made[0] ?? ''));
  let working = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 5 }, () =>
      new Claims(folder).during('a', async () => {
        working += 1;
        expect(working).toBe(1);
        await fs.stat(folder);
        working -= 1;
        done += 1;
      }),
    ),
  );
  expect(done).toBe(5);
  expect(await fs.readdir(folder)).toEqual([]);
});
