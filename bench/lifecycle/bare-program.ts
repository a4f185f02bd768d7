import { createRequire } from 'node:module';
import type { Client as WebClient } from 'whatsapp-web.js';

/**
 * What a user would write instead, after the README of whatsapp-web.js: one `Client` with `LocalAuth` per session, all
 * in one process, brought up one after the other without a pause. Driven by messages from the benchmark.
 */
const { Client, LocalAuth } = createRequire(import.meta.url)('whatsapp-web.js') as typeof import('whatsapp-web.js');

export type ToldByBare =
  | { t: 'loaded' }
  | { t: 'qr'; session: string; qr: string }
  | { t: 'ready'; session: string }
  | { t: 'stopped'; session: string };

export type ToldToBare = { do: 'start'; sessions: string[] } | { do: 'stop'; sessions: string[] } | { do: 'close' };

const clients = new Map<string, WebClient>();
const args = JSON.parse(process.env.BENCH_ARGS ?? '[]') as string[];

function tell(message: ToldByBare): void {
  process.send?.(message);
}

async function bringUp(session: string): Promise<void> {
  const client = new Client({
    authStrategy: new LocalAuth({ clientId: session }),
    puppeteer: { headless: true, executablePath: process.env.BENCH_BROWSER ?? '', args },
  });
  clients.set(session, client);
  client.on('qr', (qr: string) => tell({ t: 'qr', session, qr }));
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  await client.initialize();
  await ready;
  tell({ t: 'ready', session });
}

async function bringUpAll(sessions: readonly string[]): Promise<void> {
  for (const session of sessions) await bringUp(session);
}

async function stop(sessions: readonly string[]): Promise<void> {
  for (const session of sessions) {
    await clients.get(session)?.destroy();
    clients.delete(session);
    tell({ t: 'stopped', session });
  }
}

async function obey(message: ToldToBare): Promise<void> {
  if (message.do === 'start') return bringUpAll(message.sessions);
  if (message.do === 'stop') return stop(message.sessions);
  return close();
}

async function close(): Promise<void> {
  await Promise.all([...clients.values()].map((client) => client.destroy()));
  process.exit(0);
}

process.on('message', (message: ToldToBare) => void obey(message));
// The benchmark is gone.
process.on('disconnect', () => void close());
tell({ t: 'loaded' });
await bringUpAll(JSON.parse(process.env.BENCH_SESSIONS ?? '[]') as string[]);
