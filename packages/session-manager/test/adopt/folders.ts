import { mkdtempSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLevelDb } from '@leadmaster/testkit';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { type Context, createContext } from '../../src/context.ts';

/** A folder of its own, gone when the test is over. */
export async function tempFolder(parent: string = tmpdir()): Promise<string> {
  const folder = await realpath(await mkdtemp(join(parent, 'leadmaster-adopt-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder on another disk than the temporary one; null where there is none. */
export async function otherDisk(): Promise<string | null> {
  const here = await stat(tmpdir());
  const there = await stat('/dev/shm').catch(() => null);
  if (there === null || there.dev === here.dev) return null;
  const folder = mkdtempSync('/dev/shm/leadmaster-adopt-');
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A profile with both databases of a login, as LevelDB leaves them, and what Chromium keeps beside. */
export async function putProfile(folder: string, files: Record<string, string> = {}): Promise<string> {
  for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(folder, store));
  const all = {
    'Last Version': '100.0.1.2',
    'Default/Preferences': '{}',
    'Default/Service Worker/CacheStorage/1/entry_0': 'media',
    'Default/Code Cache/js/index': 'made again',
    DevToolsActivePort: '1234',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** What RemoteAuth puts into its archive, unzipped. */
export async function putUnzipped(folder: string): Promise<string> {
  for (const store of Object.values(LOGIN_STORES)) await putLevelDb(join(folder, store));
  return folder;
}

/** A manager on a data folder, that does nothing by itself. */
export async function openManager(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<Context> {
  const config = readConfig({
    LEADMASTER_DATA_DIR: dataDir,
    SNAPSHOT_SCHEDULE: 'off',
    SNAPSHOT_AFTER_LOGIN: 'off',
    ...env,
  });
  return createContext(config, pino({ level: 'silent' }));
}

/** The same, closed when the test is over. */
export async function manager(dataDir?: string, env: NodeJS.ProcessEnv = {}): Promise<Context> {
  const context = await openManager(dataDir ?? join(await tempFolder(), 'data'), env);
  onTestFinished(() => context.close());
  return context;
}

/** Every file below a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
