import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { manager, tempFolder } from '../adopt/folders.ts';
import { putProfile } from '../adopt/profiles.ts';

const NAMES = ['dos', 'std', 'uno'];
const WANTED = { originRetired: true, start: false };

/** The vault of a machine with three sessions that is gone, as another machine opens it. */
async function afterwards(harm: (vault: string, before: string[]) => Promise<void>): Promise<Context> {
  const dataDir = join(await tempFolder(), 'data');
  const vault = join(dataDir, 'vault');
  const old = await manager(dataDir);
  let before: string[] = [];
  for (const name of NAMES) {
    const source = await putProfile(join(await tempFolder(), name));
    await old.adoption.adopt({ name, path: source, mode: 'move' });
    if (name === 'std') before = await filesOf(vault);
    await old.snapshots.create(name, { reason: 'requested' });
    if (name === 'std') await harm(vault, before);
  }
  await old.close();
  return manager(undefined, { VAULT_URL: `file:${vault}`, VAULT_KEY_FILE: join(dataDir, 'vault.key') });
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Changes one byte of the one file below a folder of the vault that was not there before. */
const flipNew = (below: string) => async (vault: string, before: string[]) => {
  const [file = ''] = (await filesOf(join(vault, below))).filter((one) => !before.includes(one));
  const bytes = await readFile(file);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  await writeFile(file, bytes);
};

describe.each([
  ['record', 'chain', 'std'],
  ['key', 'keys', expect.stringMatching(/^[0-9a-f]{32}$/)],
])('a session whose only %s is damaged', (_, below, shown) => {
  test('is listed as damaged among the others', async () => {
    const { snapshots } = await afterwards(flipNew(below));
    const held = await snapshots.recoverable();
    expect(held).toHaveLength(3);
    expect(held).toContainEqual(expect.objectContaining({ session: shown, damaged: true, last: null, snapshots: 0 }));
    for (const session of ['dos', 'uno'])
      expect(held).toContainEqual(expect.objectContaining({ session, damaged: false, snapshots: 1, problems: [] }));
    expect(held.find(({ damaged }) => damaged)?.problems).toMatchObject([
      { kind: 'damaged', object: expect.any(String) },
    ]);
  });

  test('keeps no other from being recovered, and is told when it is asked for', async () => {
    const { snapshots, roster } = await afterwards(flipNew(below));
    const one = await snapshots.recover({ ...WANTED, sessions: ['dos'] });
    expect(one.items).toMatchObject([{ session: 'dos', ok: true }]);
    const named = await snapshots.recover({ ...WANTED, sessions: ['std'] });
    expect(named.items).toMatchObject([{ session: 'std', ok: false, detail: expect.stringContaining('is damaged') }]);
    const rest = await snapshots.recover(WANTED);
    expect(rest.items.toSorted((a) => (a.ok ? -1 : 1))).toMatchObject([
      { session: 'uno', ok: true },
      { session: shown, ok: false },
    ]);
    expect(roster.names().sort()).toEqual(['dos', 'uno']);
    await expect(snapshots.recover({ ...WANTED, sessions: ['nobody'] })).rejects.toMatchObject({
      code: 'session_not_found',
    });
  });

  test('keeps no other from being pruned', async () => {
    const { snapshots } = await afterwards(flipNew(below));
    expect(await snapshots.prune('dos')).toMatchObject({ session: 'dos' });
    // Of all, the others are done; that one of them was not is told.
    await expect(snapshots.pruneAll()).rejects.toMatchObject({ code: 'store_damaged' });
  });
});
