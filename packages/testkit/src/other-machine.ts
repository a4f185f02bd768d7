import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultyBlobStore } from './faulty-blob-store.ts';
import { QUICK_DISK, startTestManager, type TestManager, type TestManagerOptions } from './test-manager.ts';

/** What a manager needs to stand where a vault is that another one has filled. */
export interface OtherVault extends TestManagerOptions {
  blobs: FaultyBlobStore;
  env: Record<string, string>;
}

/**
 * A vault that another machine, which is gone, has filled with so many snapshots of each session. `fill` does more there.
 */
export async function vaultOf(
  sessions: Readonly<Record<string, number>>,
  fill: (there: TestManager) => Promise<void> = async () => undefined,
): Promise<OtherVault> {
  const there = await startTestManager({ firstPhone: 5491177000001 });
  for (const [name, snapshots] of Object.entries(sessions)) {
    await there.given(name, 'LINKED');
    for (let number = 0; number < snapshots; number += 1) await there.take(name);
  }
  await fill(there);
  // The key is kept elsewhere, as a person is told to.
  const keyFile = join(keyFolder(), randomUUID());
  await copyFile(join(there.dataDir, 'vault.key'), keyFile);
  await there.close();
  return { blobs: there.blobs, env: { VAULT_KEY_FILE: keyFile } };
}

let keys: string | null = null;

/** Where copies of keys lie until this process ends. */
function keyFolder(): string {
  if (keys !== null) return keys;
  const made = mkdtempSync(join(QUICK_DISK, 'leadmaster-key-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  keys = made;
  return made;
}
