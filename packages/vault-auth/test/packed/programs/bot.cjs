// A bot as its author would write it, in CommonJS. One JSON line for each thing that happens; it ends when its input does.
const { VaultAuth } = require('@leadmaster/vault-auth');
const { Client } = require('whatsapp-web.js');

const { clientId, dataPath, vault, executablePath, args } = JSON.parse(process.argv[2]);
const tell = (type, more = {}) => console.log(JSON.stringify({ type, ...more }));

const client = new Client({
  authStrategy: new VaultAuth({ clientId, dataPath, vault, onEvent: ({ type }) => tell(type) }),
  webVersionCache: { type: 'none' },
  puppeteer: { executablePath, headless: 'shell', args, pipe: true },
});
client.on('qr', (qr) => tell('qr', { qr }));
client.on('ready', () => tell('ready'));
process.stdin.resume().once('end', async () => {
  await client.destroy();
  process.exit();
});
client.initialize();
