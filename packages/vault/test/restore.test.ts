import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderStore, MemoryStore, type SourceEntry } from '../src/index.ts';
import {
  contents,
  expected,
  file,
  objects,
  randomBytes,
  SESSION,
  sorted,
  temporaryFolder,
  vaultIn,
} from './helpers.ts';

describe('a restore', () => {
  it('never goes over anything', async () => {
    const folder = await temporaryFolder();
    const vault = await vaultIn(new MemoryStore());
    const { id } = await vault.save(SESSION, [file('a', 'new')], { kind: 'full' });
    await fs.writeFile(join(folder, 'mine'), 'mine');
    await expect(vault.restore(SESSION, id, folder)).rejects.toMatchObject({ code: 'restore_target_used' });
    expect(await fs.readdir(folder)).toEqual(['mine']);
    await expect(vault.restore(SESSION, id, join(folder, 'mine'))).rejects.toMatchObject({ code: 'store_unreachable' });
    expect(await fs.readFile(join(folder, 'mine'), 'utf8')).toBe('mine');
  });

  it('that fails midway or is stopped leaves its folder as it found it', async () => {
    const folder = await temporaryFolder();
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    const entries = Array.from({ length: 20 }, (_, at) => file(`d${at % 3}/f${at}`, randomBytes(300_000)));
    const { id } = await vault.save(SESSION, entries, { kind: 'full' });
    const empty = join(folder, 'empty');
    await fs.mkdir(empty);
    const stop = new AbortController();
    const onProgress = ({ files }: { files: number }) => {
      if (files > 5) stop.abort();
    };
    await expect(vault.restore(SESSION, id, empty, { signal: stop.signal, onProgress })).rejects.toThrow(/abort/i);
    expect(await fs.readdir(empty)).toEqual([]);

    const pack = [...(await objects(store)).keys()].find((key) => key.startsWith('packs/')) ?? '';
    const bytes = (await store.get(pack)) ?? Buffer.alloc(0);
    bytes[4_000_000] = (bytes[4_000_000] ?? 0) ^ 1;
    await store.put(pack, bytes);
    await expect(vault.restore(SESSION, id, join(folder, 'fresh'))).rejects.toMatchObject({
      code: 'snapshot_damaged',
      extra: { objects: [pack] },
    });
    expect(await fs.readdir(folder)).toEqual(['empty']);
  });

  it('of hundreds of small files brings back each with its mode and time, and leaves no file open', async () => {
    const folder = await temporaryFolder();
    const vault = await vaultIn(new MemoryStore());
    const entries = Array.from({ length: 600 }, (_, at) => file(`d${at % 3}/f${at}`, `${at}`)).map(
      (entry): SourceEntry => ({ ...entry, mode: 0o640 }),
    );
    const { id } = await vault.save(SESSION, entries, { kind: 'full' });
    const target = join(folder, 'files');
    await vault.restore(SESSION, id, target);
    expect(sorted(await contents(target))).toEqual(sorted(expected(entries)));
    const { mode, mtimeMs } = await fs.stat(join(target, 'd2', 'f599'));
    expect({ mode: mode & 0o777, mtimeMs }).toEqual({ mode: 0o640, mtimeMs: 1_700_000_000_000 });
    expect(await openBelow(folder)).toEqual([]);
  });

  it('of hundreds of small files that is stopped midway leaves no file, and none open', async () => {
    const folder = await temporaryFolder();
    const vault = await vaultIn(new MemoryStore());
    const entries = Array.from({ length: 600 }, (_, at) => file(`f${at}`, `${at}`));
    const { id } = await vault.save(SESSION, entries, { kind: 'full' });
    const stop = new AbortController();
    const onProgress = ({ files }: { files: number }) => {
      if (files > 400) stop.abort();
    };
    const restoring = vault.restore(SESSION, id, join(folder, 'files'), { signal: stop.signal, onProgress });
    await expect(restoring).rejects.toThrow(/abort/i);
    expect(await fs.readdir(folder)).toEqual([]);
    expect(await openBelow(folder)).toEqual([]);
  });

  it('takes no folder that is not there for an empty vault', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'vault');
    await expect(vaultIn(new FolderStore(path))).rejects.toMatchObject({ code: 'store_unreachable' });
    const vault = await vaultIn(new FolderStore(path, { create: true }));
    const { id } = await vault.save(SESSION, [file('a', 'a')], { kind: 'full' });
    await fs.rename(path, `${path}-unmounted`);
    const later = new FolderStore(path);
    await expect(later.get('vault')).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect(later.stat('vault')).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect(Array.fromAsync(later.list(''))).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect(later.put('vault', Buffer.from('x'))).rejects.toMatchObject({ code: 'store_unreachable' });
    await fs.rename(`${path}-unmounted`, path);
    expect(await (await vaultIn(later, { create: false })).verify(SESSION, id)).toMatchObject({ ok: true });
    // Nobody else reads what lies there.
    for (const name of await fs.readdir(path, { recursive: true })) {
      expect((await fs.stat(join(path, name))).mode & 0o077, name).toBe(0);
    }
    const left = await fs.readdir(join(path, '.tmp'));
    expect(left.filter((name) => !name.startsWith('reserve-'))).toEqual([]);
  });
});

/** Files below a folder that this process has open; none where the system does not tell. */
async function openBelow(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const links = await fs.readdir('/proc/self/fd');
  const paths = await Promise.all(links.map((link) => fs.readlink(`/proc/self/fd/${link}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder));
}
