import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { thisMachine } from '../src/machine.ts';
import { SampleInstallation } from './sample-installation.ts';

test('the disk of a path that is not there yet is that of the folder above it', async () => {
  const { config, paths } = await SampleInstallation.healthy();
  const machine = thisMachine(config);
  const missing = join(paths.root, 'none/at/all');
  expect(machine.device(missing)).toBe(machine.device(paths.root));
  const { blocks, bsize } = await statfs(paths.root);
  expect((await machine.room(missing)).totalBytes).toBe(blocks * bsize);
});

test('the user of a process is known while it lives', async () => {
  const { config } = await SampleInstallation.healthy();
  const machine = thisMachine(config);
  expect(machine.userOf(process.pid)).toBe(process.getuid?.());
  expect(machine.userOf(2 ** 22 - 1)).toBeNull();
});

test('a vault is opened where there is one, and none is made where there is not', async () => {
  const { config } = await SampleInstallation.healthy();
  const { tryVault } = thisMachine(config);
  expect(await (await tryVault(() => null))?.survey([])).toMatchObject({ unreadable: [] });
  const { location } = config.vault;
  const folder = location.kind === 'folder' ? location.path : '';
  await rm(folder, { recursive: true });
  await expect(tryVault(() => null)).rejects.toMatchObject({ code: 'vault_missing' });
});
