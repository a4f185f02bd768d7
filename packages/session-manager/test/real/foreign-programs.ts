import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { browsersOn, isGone, readProcess } from '@leadmaster/capture/processes';
import { settleInjections, untilReady, type World } from '@leadmaster/whatsapp-standin';
import wwebjs, { type Client } from 'whatsapp-web.js';
import { findBrowser } from '../../src/engine/browser/find.ts';

/** Programs as their users wrote them before they came here: unmodified whatsapp-web.js, with an auth strategy of its own. */
export async function startProgram(world: World, strategy: InstanceType<typeof wwebjs.LocalAuth>): Promise<Client> {
  const { path } = await findBrowser({ chromePath: null, visible: false });
  const args = [...world.chromeArgs, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const client = new wwebjs.Client({
    authStrategy: strategy,
    webVersionCache: { type: 'none' },
    puppeteer: { executablePath: path, headless: 'shell', args, pipe: true },
  });
  settleInjections(client);
  return client;
}

/** Links a program's account by its QR, and waits until it is ready and its login on disk. */
export async function linkProgram(client: Client, world: World, phone: string): Promise<void> {
  let isReady = false;
  client.once('ready', () => {
    isReady = true;
  });
  const qr = once(client, 'qr');
  const failed = client.initialize();
  const [text] = (await Promise.race([qr, failed.then(() => qr)])) as [string];
  await world.phone(phone).scan(text);
  await untilReady(client, () => isReady);
}

/** Ends a program as it would end itself, and waits until its browser is gone. */
export async function endProgram(client: Client, profileDir: string): Promise<void> {
  const browsers = browsersOn(profileDir);
  await client.destroy();
  for (const { pid } of browsers) {
    for (const deadline = performance.now() + 30_000; !isGone(readProcess(pid)); ) {
      if (performance.now() > deadline) throw new Error(`browser ${pid} did not end`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The parts of RemoteAuth that are driven here; its own class does all the work. */
interface RemoteAuth {
  client: { options: { puppeteer: object }; emit: () => void };
  beforeBrowserInitialized(): Promise<void>;
  storeRemoteSession(): Promise<void>;
}
interface RemoteAuthClass {
  new (options: { clientId: string; dataPath: string; backupSyncIntervalMs: number; store: object }): RemoteAuth;
}
const { RemoteAuth } = createRequire(import.meta.url)('whatsapp-web.js') as { RemoteAuth: RemoteAuthClass };

/**
 * Has RemoteAuth's own code zip a profile that LocalAuth has kept and unzip it again, as it does when a program starts on
 * another machine. Returns the folder that it unzipped.
 */
export async function throughRemoteAuth(profileDir: string, folder: string): Promise<string> {
  const kept = join(folder, 'RemoteAuth-bot.zip.kept');
  const run = async (dataPath: string, work: (auth: RemoteAuth) => Promise<void>): Promise<void> => {
    await mkdir(dataPath, { recursive: true });
    const store = {
      sessionExists: async () => existsSync(kept),
      save: ({ session }: { session: string }) => copyFile(join(dataPath, `${session}.zip`), kept),
      extract: ({ path }: { path: string }) => copyFile(kept, path),
      delete: async () => undefined,
    };
    const auth = new RemoteAuth({ clientId: 'bot', dataPath, backupSyncIntervalMs: 60_000, store });
    auth.client = { options: { puppeteer: {} }, emit: () => undefined };
    await work(auth);
  };
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  await run(first, async (auth) => {
    await auth.beforeBrowserInitialized();
    const empty = join(first, 'RemoteAuth-bot');
    await rename(empty, `${empty}.empty`);
    await rename(profileDir, empty);
    await auth.storeRemoteSession();
  });
  await run(second, (auth) => auth.beforeBrowserInitialized());
  const unzipped = join(second, 'RemoteAuth-bot');
  await untilUnzipped(join(first, 'RemoteAuth-bot'), unzipped);
  return unzipped;
}

/** RemoteAuth continues before the last of its files is written: it waits for the end of the archive, not for the disk. */
async function untilUnzipped(from: string, to: string): Promise<void> {
  const parts = ['Default/IndexedDB', 'Default/Local Storage'];
  const sizes = async (root: string): Promise<string> => {
    const found: string[] = [];
    for (const part of parts) {
      for (const path of await readdir(join(root, part), { recursive: true }).catch(() => [])) {
        const entry = await stat(join(root, part, path)).catch(() => null);
        if (entry?.isFile()) found.push(`${part}/${path} ${entry.size}`);
      }
    }
    return found.sort().join('\n');
  };
  const wanted = await sizes(from);
  for (const deadline = performance.now() + 30_000; (await sizes(to)) !== wanted; ) {
    if (performance.now() > deadline) throw new Error(`not unzipped: ${await sizes(to)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
