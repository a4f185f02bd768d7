import { existsSync } from 'node:fs';
import { copyFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * whatsapp-web.js's `RemoteAuth` as it is, with a store that keeps the archive in a folder. `client` is played: the class
 * only takes its options and gives it a folder.
 */
interface RemoteAuthClass {
  new (options: {
    clientId: string;
    dataPath: string;
    backupSyncIntervalMs: number;
    store: object;
  }): {
    client: { options: { puppeteer: object }; emit: () => void };
    beforeBrowserInitialized(): Promise<void>;
    storeRemoteSession(): Promise<void>;
  };
}
const { RemoteAuth } = createRequire(import.meta.url)('whatsapp-web.js') as { RemoteAuth: RemoteAuthClass };

/** What the program is asked for, as JSON in its only argument. */
export interface RemoteAuthTask {
  do: 'save' | 'restore';
  /** RemoteAuth's own folder; what it restores is `<dataPath>/RemoteAuth-bench`. */
  dataPath: string;
  store: string;
  profile: string;
}

const CLIENT_ID = 'bench';
const task = JSON.parse(process.argv[2] ?? '') as RemoteAuthTask;
const kept = (session: string): string => join(task.store, `${session}.zip`);
let hidden = task.do === 'save';
const store = {
  sessionExists: async ({ session }: { session: string }) => !hidden && existsSync(kept(session)),
  save: ({ session }: { session: string }) => copyFile(join(task.dataPath, `${session}.zip`), kept(session)),
  extract: ({ session, path }: { session: string; path: string }) => copyFile(kept(session), path),
  delete: ({ session }: { session: string }) => rm(kept(session), { force: true }),
};
const auth = new RemoteAuth({ clientId: CLIENT_ID, dataPath: task.dataPath, backupSyncIntervalMs: 60_000, store });
auth.client = { options: { puppeteer: {} }, emit: () => undefined };

async function place(): Promise<void> {
  // It begins with an empty folder of its own; the profile takes its place.
  await auth.beforeBrowserInitialized();
  hidden = false;
  const folder = join(task.dataPath, `RemoteAuth-${CLIENT_ID}`);
  await rm(folder, { recursive: true });
  await symlink(task.profile, folder);
}

if (task.do === 'save') await place();
const began = performance.now();
const cpu = process.cpuUsage();
if (task.do === 'save') await auth.storeRemoteSession();
else await auth.beforeBrowserInitialized();
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ ms: performance.now() - began, cpuMs: (user + system) / 1000 }));
