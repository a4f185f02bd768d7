import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { useLevelDb } from '@leadmaster/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';
import { asHost } from '../place/hostname.ts';

const WANTED = { start: false, overwriteNewer: false, restart: false };

afterEach(() => {
  vi.useRealTimers();
});

/** Each with the service down; resolves to where the data folder is then. */
const EVENTS: [string, (dataDir: string) => Promise<string>][] = [
  ['a restart', async (dataDir) => dataDir],
  [
    'a restart under another hostname',
    async (dataDir) => {
      asHost('as-it-is-called-now');
      return dataDir;
    },
  ],
  [
    'a rename of the data folder',
    async (dataDir) => {
      await rename(dataDir, `${dataDir}-renamed`);
      return `${dataDir}-renamed`;
    },
  ],
  [
    'a copy of the data folder put back in its place',
    async (dataDir) => {
      await cp(dataDir, `${dataDir}-backup`, { recursive: true, preserveTimestamps: true });
      await rm(dataDir, { recursive: true });
      await cp(`${dataDir}-backup`, dataDir, { recursive: true });
      return dataDir;
    },
  ],
  [
    'a clock that went 400 days ahead',
    async (dataDir) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
      return dataDir;
    },
  ],
];

describe.each(EVENTS)('after %s', (_, event) => {
  async function afterwards(): Promise<{ context: Context; id: string }> {
    const root = await tempFolder();
    const env = { VAULT_URL: `file:${join(root, 'vault')}`, VAULT_KEY_FILE: join(root, 'vault.key') };
    const first = await manager(join(root, 'data'), env);
    const source = await putProfile(join(root, 'session'));
    await first.adoption.adopt({ name: 'ventas', path: source, mode: 'move' });
    const { id } = await first.snapshots.create('ventas', { reason: 'requested' });
    await first.close();
    return { context: await manager(await event(join(root, 'data')), env), id };
  }

  test('a login that is as it was is not newer than its snapshot', async () => {
    const { context, id } = await afterwards();
    expect(await context.snapshots.restore('ventas', id, WANTED)).toMatchObject({ generation: 2 });
  });

  test('a login that was used since is newer, until the operator confirms that it may go', async () => {
    const { context, id } = await afterwards();
    await useLevelDb(join(context.paths.session('ventas'), LOGIN_STORES.indexedDb));
    await expect(context.snapshots.restore('ventas', id, WANTED)).rejects.toMatchObject({ code: 'newer_login' });
    // In a copied folder the session waits for a word, and meanwhile no snapshot is taken of it.
    await context.place.accept({ originRetired: true });
    const { id: newer } = await context.snapshots.create('ventas', { reason: 'requested' });
    expect(await context.snapshots.restore('ventas', newer, WANTED)).toMatchObject({ generation: 2 });
    expect(await context.snapshots.restore('ventas', id, { ...WANTED, overwriteNewer: true })).toMatchObject({
      generation: 3,
    });
  });
});
