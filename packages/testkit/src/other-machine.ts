import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultyBlobStore } from './faulty-blob-store.ts';
import { startTestManager, type TestManager, type TestManagerOptions } from './test-manager.ts';

/** What a manager needs to stand where a vault is that another one has filled. */
export interface OtherVault extends TestManagerOptions {
  blobs: FaultyBlobStore;
  vaultKey: Buffer;
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
  // The key is kept elsewhere, as operators are told to.
  const vaultKey = await readFile(join(there.dataDir, 'vault.key'));
  await there.close();
  return { blobs: there.blobs, vaultKey };
}
