import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFile } from '@leadmaster/service-kit/files';
import { expect, test, vi } from 'vitest';
import { loadSecrets, readConfig } from '../../src/config/index.ts';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { ArrivingFiles } from '../../src/transfer/arriving-files.ts';
import { tempFolder } from '../profile/helpers.ts';

// As vfat and many network disks answer.
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  linkSync: () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  },
}));

test('on a file system without hard links the keys are made, once, and nothing is left beside them', async () => {
  const LEADMASTER_DATA_DIR = await tempFolder();
  const made = loadSecrets(readConfig({ LEADMASTER_DATA_DIR }));
  expect(loadSecrets(readConfig({ LEADMASTER_DATA_DIR }))).toEqual(made);
  expect((await readdir(LEADMASTER_DATA_DIR)).sort()).toEqual(['admin.key', 'service.token']);
  const file = join(LEADMASTER_DATA_DIR, 'admin.key');
  expect(makePrivateFile(file, 'another')).toBe(false);
  expect((await readFile(file, 'utf8')).trim()).toBe(made.adminKey);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});

test('nor does a session need them that arrives from another machine', async () => {
  const paths = dataPaths(await tempFolder());
  prepareDataFolder(paths);
  const files = new ArrivingFiles(paths, 'tr_1');
  await files.open();
  const bytes = Buffer.from('content');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await files.receive({ sha256, offset: 0, size: bytes.length, bytes });
  await files.assemble([{ kind: 'file', path: 'Default/a', mode: 0o600, mtimeMs: 0, size: bytes.length, sha256 }]);
  expect(await readFile(join(files.profile, 'Default/a'), 'utf8')).toBe('content');
});
