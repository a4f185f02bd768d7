import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderStore, foreignNames } from '../src/index.ts';
import { file, restored, SESSION, temporaryFolder, vaultIn } from './helpers.ts';

/** What Windows, macOS, synchronisers, editors and storage boxes leave in a folder. */
const FILES = [
  'Thumbs.db',
  'desktop.ini',
  '.DS_Store',
  '._000001',
  '0000000001 (conflicted copy)',
  '0000000001.sync-conflict-20260101-120000-ABCDEFG',
  '~lock.x#',
  '.~lock.0000000001#',
  'ñandú',
  'two\nlines',
];
const FOLDERS = ['@eaDir', '#recycle', 'lost+found', '.Trash-1000', 'System Volume Information'];

async function foldersOf(root: string): Promise<string[]> {
  const all = await fs.readdir(root, { recursive: true, withFileTypes: true });
  return [root, ...all.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
}

/** Puts every one of them into every folder of the vault. */
async function litter(root: string): Promise<void> {
  for (const folder of await foldersOf(root)) {
    for (const name of FILES) await fs.writeFile(join(folder, name), 'foreign');
    for (const name of FOLDERS) {
      await fs.mkdir(join(folder, name));
      await fs.writeFile(join(folder, name, '0000000001'), 'foreign');
      const long = new Date(0);
      await fs.utimes(join(folder, name), long, long);
    }
    // The name is not UTF-8.
    await fs.writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x78, 0xff])]), '');
  }
}

describe('a vault in a folder that others write into', () => {
  test('does all its work with foreign files in each of its folders, and touches none of them', async () => {
    const root = join(await temporaryFolder(), 'vault');
    const store = new FolderStore(root, { create: true });
    const first = await (await vaultIn(store)).save(SESSION, [file('a', '1')], { kind: 'full' });
    await litter(root);
    const before = await foreignNames(root);

    const vault = await vaultIn(new FolderStore(root));
    expect(await vault.sessions()).toEqual([SESSION]);
    // Of those that could be keys of a store, what lies among the vault's keys is named by itself.
    for (const problem of await vault.problems()) expect(problem).toMatchObject({ kind: 'stray' });
    const second = await vault.save(SESSION, [file('a', '2')], { kind: 'full' });
    const { snapshots, problems } = await vault.list(SESSION);
    expect(snapshots.map(({ id }) => id)).toEqual([first.id, second.id]);
    for (const problem of problems) expect(problem).toMatchObject({ kind: 'stray' });
    expect(await vault.verify(SESSION, second.id)).toMatchObject({ ok: true });
    expect((await restored(vault, second.id)).get('a')).toBe(Buffer.from('2').toString('base64'));
    await vault.forget(SESSION, { ids: [first.id] });
    await vault.prune(SESSION, { minAgeMs: -1000 });
    await vault.rotateMasterKey();
    expect((await vault.list(SESSION)).snapshots.map(({ id }) => id)).toEqual([second.id]);
    expect(await foreignNames(root)).toEqual(before);
  });

  test('names them, and nothing that is its own', async () => {
    const root = join(await temporaryFolder(), 'vault');
    const vault = await vaultIn(new FolderStore(root, { create: true }));
    await vault.save(SESSION, [file('a', '1')], { kind: 'full' });
    expect(await foreignNames(root)).toEqual([]);
    await fs.writeFile(join(root, 'chain', 'Thumbs.db'), '');
    await fs.mkdir(join(root, 'photos'));
    await fs.writeFile(join(root, 'photos', 'a.jpg'), '');
    expect(await foreignNames(root)).toEqual(['chain/Thumbs.db', 'photos']);
    expect(await foreignNames(join(root, 'not there'))).toEqual([]);
  });
});
