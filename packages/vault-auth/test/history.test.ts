import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, masterKey, openVault, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import { expect, onTestFinished, test } from 'vitest';
import { History } from '../src/history.ts';
import { readOptions } from '../src/options.ts';
import { VaultAuth } from '../src/vault-auth.ts';
import { openPlace } from '../src/vault-place.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-vault-auth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Snapshots of next to nothing: what is in them is no matter here. */
async function vaultWith(count: number): Promise<{ store: MemoryStore; vault: Vault; snapshots: SnapshotInfo[] }> {
  const store = new MemoryStore();
  const vault = await openVault({ store, masterKeys: [masterKey(Buffer.alloc(32, 7))], create: true });
  const snapshots: SnapshotInfo[] = [];
  for (let n = 0; n < count; n += 1) {
    const file = { kind: 'file' as const, path: 'file', mode: 0o600, mtimeMs: n, size: 1, identity: null };
    snapshots.push(await vault.save('bot', [{ ...file, open: () => Buffer.from(String(n)) }], { kind: 'essential' }));
  }
  return { store, vault, snapshots };
}

test('the newest snapshot comes back, unless its login has ended since', async () => {
  const { vault, snapshots } = await vaultWith(2);
  const history = new History(readOptions({ clientId: 'bot', vault }));
  expect(await history.newest(null)).toMatchObject({ id: snapshots[1]?.id });
  expect(await history.newest(snapshots[0]?.at ?? null)).toMatchObject({ id: snapshots[1]?.id });
  expect(await history.newest(snapshots[1]?.at ?? null)).toBeNull();
  expect(await new History(readOptions({ clientId: 'other', vault })).newest(null)).toBeNull();
});

test('a shortened history is an error, never an older login', async () => {
  const { store, vault, snapshots } = await vaultWith(2);
  for await (const { key } of store.list('chain/')) {
    if (key.endsWith(String(snapshots[0]?.sequence))) await store.delete(key);
  }
  const history = new History(readOptions({ clientId: 'bot', vault }));
  await expect(history.newest(null)).rejects.toMatchObject({ code: 'snapshot_damaged' });
});

test('a snapshot that holds no login is refused', async () => {
  const { vault, snapshots } = await vaultWith(1);
  const folder = join(await temporaryFolder(), 'staged');
  const history = new History(readOptions({ clientId: 'bot', vault }));
  const [snapshot] = snapshots;
  if (snapshot === undefined) throw new Error('nothing was saved');
  await expect(history.fetch(snapshot, folder, AbortSignal.timeout(30_000))).rejects.toMatchObject({
    code: 'snapshot_damaged',
  });
});

test('a key is made where neither vault nor key was, and nowhere else', async () => {
  const folder = await temporaryFolder();
  const place = { url: `file:${join(folder, 'vault')}`, keyFile: join(folder, 'keys', 'vault.key') };
  const { id } = await openPlace(place);
  const key = await readFile(place.keyFile, 'utf8');
  expect((await stat(place.keyFile)).mode & 0o777).toBe(0o600);
  expect((await openPlace(place)).id).toBe(id);
  expect(await readFile(place.keyFile, 'utf8')).toBe(key);

  await rm(place.keyFile);
  await expect(openPlace(place)).rejects.toMatchObject({ code: 'vault_key_missing' });
  await writeFile(place.keyFile, key);
  await rm(join(folder, 'vault'), { recursive: true });
  await expect(openPlace(place)).rejects.toMatchObject({ code: expect.stringMatching(/^(vault_missing|store_)/) });
});

test('a named pipe is no key file, and is refused without a wait', async () => {
  const folder = await temporaryFolder();
  const keyFile = join(folder, 'pipe');
  execFileSync('mkfifo', [keyFile]);
  const opening = openPlace({ url: `file:${join(folder, 'vault')}`, keyFile });
  await expect(opening).rejects.toMatchObject({
    code: 'vault_key_missing',
    message: expect.stringContaining('regular'),
  });
});

test('options that cannot be meant are refused at once', async () => {
  const { vault } = await vaultWith(0);
  expect(() => new VaultAuth({ clientId: '../bot', vault })).toThrow(/clientId/);
  // Its folder would be where the note of "bot" is.
  expect(() => new VaultAuth({ clientId: 'bot.json', vault })).toThrow(/clientId/);
  expect(() => new VaultAuth({ clientId: 'bot', vault, everyMs: 40 * 24 * 3600_000 })).toThrow(/everyMs/);
  expect(() => new VaultAuth({ clientId: 'bot', vault, keep: 'all' })).toThrow();
});
