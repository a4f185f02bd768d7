import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderOnOtherDisk } from '@leadmaster/testkit/other-disk';
import { onTestFinished } from 'vitest';
import type { Context } from '../../src/context.ts';
import { openManager } from './managers.ts';

/** A folder of its own, gone when the test is over. */
export async function tempFolder(parent: string = tmpdir()): Promise<string> {
  const folder = await realpath(await mkdtemp(join(parent, 'leadmaster-adopt-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on another disk than the temporary one; null where there is none. */
export async function otherDisk(): Promise<string | null> {
  const folder = await folderOnOtherDisk(tmpdir(), 'leadmaster-adopt-');
  if (folder !== null) onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A manager on a data folder, that does nothing by itself, closed when the test is over. */
export async function manager(dataDir?: string, env: NodeJS.ProcessEnv = {}): Promise<Context> {
  const context = await openManager(dataDir ?? join(await tempFolder(), 'data'), env);
  onTestFinished(() => context.close());
  return context;
}
