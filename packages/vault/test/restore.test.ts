import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderStore, MemoryStore } from '../src/index.ts';
import { file, objects, randomBytes, SESSION, temporaryFolder, vaultIn } from './helpers.ts';

describe('a restore', () => {
  test('never goes over anything', async () => {
    const folder = await temporaryFolder();
    const vault = await vaultIn(new MemoryStore());
    const { id } = await vault.save(SESSION, [file('a', 'new')], { kind: 'full' });
    await fs.writeFile(join(folder, 'mine'), 'mine');
    await expect(vault.restore(SESSION, id, folder)).rejects.toMatchObject({ code: 'restore_target_used' });
    expect(await fs.readdir(folder)).toEqual(['mine']);
    await expect(vault.restore(SESSION, id, join(folder, 'mine'))).rejects.toMatchObject({ code: 'store_unreachable' });
    expect(await fs.readFile(join(folder, 'mine'), 'utf8')).toBe('mine');
  });

  test('that fails midway or is stopped leaves its folder as it found it', async () => {
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

  test('takes no folder that is not there for an empty vault', async () => {
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
    // No other user reads what is there.
    for (const name of await fs.readdir(path, { recursive: true })) {
      expect((await fs.stat(join(path, name))).mode & 0o077, name).toBe(0);
    }
    const left = await fs.readdir(join(path, '.tmp'));
    expect(left.filter((name) => !name.startsWith('reserve-'))).toEqual([]);
  });
});
