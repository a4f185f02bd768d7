/**
 * A bot whose login survives the loss of its disk. `--demo` plays WhatsApp with the stand-in: the phone scans, the bot's
 * folder is lost, and the bot comes back READY without a QR. Without it, the QR is printed for a real phone.
 *
 *     node_modules/.bin/node packages/vault-auth/example/bot.ts --demo
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VaultAuth } from '@leadmaster/vault-auth';
import { startStandin, type World } from '@leadmaster/whatsapp-standin';
import qrcode from 'qrcode';
import wwebjs from 'whatsapp-web.js';

const isDemo = process.argv.includes('--demo');
const world: World | null = isDemo ? await startStandin({ sync: 'slow' }) : null;
const folder = isDemo ? await mkdtemp(join(tmpdir(), 'vault-auth-example-')) : '.';
const dataPath = join(folder, 'profiles');

/** One life of the bot, from its start to READY. */
async function live(): Promise<wwebjs.Client> {
  const client = new wwebjs.Client({
    authStrategy: new VaultAuth({
      clientId: 'bot',
      dataPath,
      vault: { url: `file:${join(folder, 'vault')}`, keyFile: join(folder, 'vault.key') },
      onEvent: ({ type }) => console.log(`vault: ${type}`),
    }),
    webVersionCache: { type: 'none' },
    puppeteer: {
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      pipe: true,
      args: [...(world?.chromeArgs ?? []), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  });
  client.on('qr', async (qr: string) => {
    if (world !== null) await world.phone('5491100000001').scan(qr);
    else console.log(await qrcode.toString(qr, { type: 'terminal', small: true }));
  });
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  await client.initialize();
  await ready;
  console.log('the bot is ready');
  return client;
}

const client = await live();
if (world === null) {
  process.once('SIGINT', () => void client.destroy().then(() => process.exit(0)));
} else {
  await client.destroy();
  await rm(dataPath, { recursive: true });
  console.log('the folder of the bot is lost');
  await (await live()).destroy();
  await world.close();
  await rm(folder, { recursive: true });
}
