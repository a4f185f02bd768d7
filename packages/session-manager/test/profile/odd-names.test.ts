import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { captureProfile } from '@leadmaster/capture';
import { folderSource, type SourceEntry } from '@leadmaster/vault';
import { expect, test } from 'vitest';
import { copyProfile } from '../../src/adopt/copy.ts';
import { findProfile, refuseOddPath } from '../../src/adopt/layout.ts';
import { survey } from '../../src/adopt/survey.ts';
import { createProfileStore } from '../../src/profile/file-profile-store.ts';
import { realFs } from '../../src/profile/files.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { cleanUp, putLogin, tempFolder } from './helpers.ts';

/** A name that is not UTF-8, as an old archive or a Latin-1 system leaves it. */
const ODD = Buffer.from([0x78, 0xff]);
const inFolder = (folder: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), ODD]);

/** Odd names where nothing is taken, where all is, and among the files of the login. */
async function oddProfile(dataDir: string): Promise<string> {
  const store = createProfileStore({ dataDir });
  await store.create('ventas');
  const dir = store.locate('ventas');
  await putLogin(dir);
  for (const folder of ['', 'Default', 'Default/Local Storage/leveldb', 'Default/Service Worker']) {
    await mkdir(join(dir, folder), { recursive: true });
    writeFileSync(inFolder(join(dir, folder)), 'odd');
  }
  return dir;
}

test('a profile with names that are not UTF-8 is committed, measured, checked and copied as if they were not there', async () => {
  const dataDir = await tempFolder();
  const dir = await oddProfile(dataDir);
  const store = createProfileStore({ dataDir });
  await store.commitLogin('ventas', null, '156.0.1.2');
  await store.repairPermissions('ventas');
  expect((await store.measure('ventas')).bytes).toBeGreaterThan(0);
  expect((await store.check('ventas')).checks.filter(({ ok }) => !ok)).toEqual([]);
  const staging = join(mkdtempSync(join(tmpdir(), 'lm-odd-')), 'capture');
  cleanUp(() => rm(join(staging, '..'), { recursive: true, force: true }));
  await using capture = await captureProfile({ profileDir: dir, stagingDir: staging, kind: 'full', browser: null });
  const captured = capture.entries.map(({ path }) => path);
  expect(captured).toContain('Default/Local Storage/leveldb/CURRENT');
  const offline: SourceEntry[] = await Array.fromAsync(folderSource(dir));
  for (const path of [...captured, ...offline.map((entry) => entry.path)]) expect(path).not.toContain('\uFFFD');
  expect(await store.trash('ventas', 'logout')).not.toBeNull();
});

test('such a profile is adopted by copy, without them', async () => {
  const dir = await oddProfile(await tempFolder());
  const found = await survey(realFs, { kind: 'profile', profileDir: dir });
  const target = join(await tempFolder(), 'copy');
  await copyProfile(realFs, found, target, {});
  expect(await readdir(join(target, 'Default/Local Storage/leveldb'))).toContain('CURRENT');
});

/** A folder whose name is Latin-1, and that name as Node reads it. */
async function latin1Folder(): Promise<string> {
  const parent = await tempFolder();
  mkdirSync(Buffer.concat([Buffer.from(`${parent}/caf`), Buffer.from([0xe9]), Buffer.from('/bot/Default')]), {
    recursive: true,
  });
  const [name = ''] = await readdir(parent);
  return join(parent, name);
}

test('a folder to adopt below one whose name is not UTF-8 is refused with that reason', async () => {
  const odd = await latin1Folder();
  const why = {
    code: 'adopt_refused',
    message: expect.stringContaining(`${odd}`),
    hint: expect.stringMatching(/UTF-8/),
  };
  await expect(refuseOddPath(realFs, join(odd, 'bot'))).rejects.toMatchObject(why);
  await expect(findProfile(realFs, dirname(odd))).rejects.toMatchObject(why);
});

test('a data folder below one whose name is not UTF-8 is refused, and no other is made', async () => {
  const odd = await latin1Folder();
  expect(() => dataPaths(join(odd, 'data'))).toThrow('not UTF-8');
  expect(await readdir(dirname(odd))).toHaveLength(1);
});
