/**
 * A bot whose login survives the loss of its disk. With `--demo` the stand-in plays WhatsApp: a phone scans, the bot's
 * folder is lost, and the bot comes back READY without a QR. Without, the QR is printed for a real phone, and what
 * belongs to the bot is in the working directory.
 *
 *     node_modules/.bin/node packages/vault-auth/example/bot.ts --demo
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VaultAuth } from '@leadmaster/vault-auth';
import { startStandin } from '@leadmaster/whatsapp-standin';
import qrcode from 'qrcode';
import wwebjs, { type Client } from 'whatsapp-web.js';

const READY_MS = 120_000;
const DEMO_PHONE = '5491100000001';

/** A client as any program makes it, but for its `authStrategy`. */
function makeBot(folder: string, chromeArgs: readonly string[], onQr: (qr: string) => Promise<unknown>): Client {
  const client = new wwebjs.Client({
    authStrategy: new VaultAuth({
      clientId: 'bot',
      dataPath: join(folder, 'profiles'),
      vault: { url: `file:${join(folder, 'vault')}`, keyFile: join(folder, 'vault.key') },
      onEvent: (event) => console.log(`vault: ${event.type}`, ...('error' in event ? [event.error] : [])),
    }),
    webVersionCache: { type: 'none' },
    puppeteer: {
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      args: [...chromeArgs, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      // The browser ends with this process, however that ends; and signals are ours, for the last snapshot.
      pipe: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    },
  });
  client.on('qr', (qr: string) => void onQr(qr).catch((error: unknown) => console.error('QR', error)));
  client.on('disconnected', (reason) => console.log(`disconnected: ${reason}`));
  return client;
}

/** Resolves when the bot can send and receive. */
async function ready(client: Client): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('the bot did not become ready')), READY_MS);
  client.once('ready', () => resolve());
  try {
    await Promise.all([client.initialize(), promise]);
  } finally {
    clearTimeout(timer);
  }
  console.log('the bot is ready');
}

async function demo(): Promise<void> {
  const world = await startStandin({ sync: 'slow', slowSyncMs: 2000 });
  const folder = await mkdtemp(join(tmpdir(), 'vault-auth-example-'));
  const scan = async (qr: string): Promise<void> => {
    console.log('a QR, and the phone scans it');
    await world.phone(DEMO_PHONE).scan(qr);
  };
  const live = async (): Promise<void> => {
    const client = makeBot(folder, world.chromeArgs, scan);
    try {
      await ready(client);
    } finally {
      await client.destroy();
    }
  };
  try {
    await live();
    await rm(join(folder, 'profiles'), { recursive: true });
    console.log("the bot's folder is lost; the vault and its key are left");
    await live();
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function real(): Promise<void> {
  const client = makeBot('.', [], async (qr) =>
    console.log(await qrcode.toString(qr, { type: 'terminal', small: true })),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void client.destroy().finally(() => process.exit()));
  }
  await client.initialize();
}

await (process.argv.includes('--demo') ? demo() : real());
