import { writeFileSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KeptPages } from '../../session-manager/src/builds/pages.ts';
import { prepareDataFolder } from '../../session-manager/src/profile/data-folder.ts';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import { realFs } from '../../session-manager/src/profile/files.ts';
import { dataPaths } from '../../session-manager/src/profile/paths.ts';
import { finishSwaps } from '../../session-manager/src/profile/swap.ts';
import { sweepStaging } from '../../session-manager/src/snapshots/staging.ts';
import { tempFolder } from '../../session-manager/test/profile/helpers.ts';
import { NAME, put, SampleInstallation } from './sample-installation.ts';

const FOREIGN = ['Thumbs.db', '._2.3000.1.html', 'x (conflicted copy)'];

test('foreign files in the folders of an installation are named, and cause no other finding', async () => {
  const installation = await SampleInstallation.healthy();
  const { paths, config } = installation;
  const vault = config.vault.location.kind === 'folder' ? config.vault.location.path : '';
  // Open to others, too: that is their owners' business.
  const folders = [paths.tokens, paths.trash, paths.staging, paths.locks, join(paths.locks, 'sessions')];
  folders.push(paths.webCache, vault);
  await mkdir(join(paths.locks, 'sessions'), { recursive: true });
  for (const folder of folders) for (const name of FOREIGN) await writeFile(join(folder, name), '', { mode: 0o644 });
  await createProfileStore({ dataDir: paths.root }).trash('ventas', 'logout');
  await installation.putProfile(NAME);
  await new KeptPages(paths.webCache).keep('2.3000.1', '<html></html>');
  installation.giveAway();
  const found = await installation.found();
  expect(found.map(({ id, severity }) => `${severity} ${id}`)).toEqual(
    Array(folders.length).fill('note foreign_files'),
  );
  expect(found.map(({ where }) => where).sort()).toEqual(folders.sort());
  for (const { what } of found) expect(what).toContain('holds 3 entries');
  expect(found[0]?.what).toContain('"Thumbs.db"');
});

test('so are names in a profile that are not UTF-8', async () => {
  const installation = await SampleInstallation.healthy();
  const odd = Buffer.concat([Buffer.from(`${installation.profile}/Default/x`), Buffer.from([0xff])]);
  writeFileSync(odd, '', { mode: 0o600 });
  const found = await installation.found();
  expect(found).toMatchObject([{ id: 'foreign_files', severity: 'note', where: installation.profile }]);
  expect(found[0]?.what).toContain('Default/x');
});

test('what others have put into the trash is not listed, not counted and never deleted', async () => {
  const dataDir = await tempFolder();
  const paths = dataPaths(dataDir);
  const store = createProfileStore({ dataDir });
  await store.create('a');
  await store.trash('a', 'logout');
  for (const name of ['@eaDir', 'my own backup']) {
    await put(join(paths.trash, name, 'file'), 'x'.repeat(1000));
    await utimes(join(paths.trash, name), 0, 0);
  }
  const later = createProfileStore({ dataDir });
  expect(await later.listTrash()).toHaveLength(1);
  expect(await later.trashBytes()).toBeLessThan(1000);
  expect(await later.emptyTrash(0)).toHaveLength(1);
  expect((await readdir(paths.trash)).sort()).toEqual(['@eaDir', 'my own backup']);
});

test('what others have put into staging keeps no service from starting, and is never deleted', async () => {
  const paths = dataPaths(await tempFolder());
  prepareDataFolder(paths);
  await mkdir(join(paths.staging, 'odd.swap.json'));
  const foreign = ['._restore-a-0123456789ab.swap.json', 'x.swap.json', 'Thumbs.db', 'restore-a (conflicted copy)'];
  for (const name of foreign) await put(join(paths.staging, name), '\0\0binary');
  await mkdir(join(paths.staging, 'my backup'));
  expect(await finishSwaps(realFs, paths)).toEqual([]);
  expect(await sweepStaging(paths)).toEqual([]);
  expect(await readdir(paths.staging)).toHaveLength(foreign.length + 2);
});

test('a folder with nothing in it but what a disk or a desktop leaves is empty', async () => {
  const folder = await tempFolder();
  for (const name of ['Thumbs.db', 'desktop.ini', '.DS_Store']) await writeFile(join(folder, name), '');
  await mkdir(join(folder, 'System Volume Information'));
  prepareDataFolder(dataPaths(folder));
  const full = await tempFolder();
  await writeFile(join(full, 'thesis.doc'), '');
  expect(() => prepareDataFolder(dataPaths(full))).toThrow('it is not empty');
});
