import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ADMIN_KEY, QUICK_DISK, SERVICE_TOKEN } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { MachineReaders } from '../src/events/readers.ts';
import { createHubServer, type HubServerOptions } from '../src/http/server.ts';
import { MachineLinks } from '../src/machines/links.ts';
import { loadSeal } from '../src/secrets/seal.ts';
import { type HubStore, openStore } from '../src/store/index.ts';

/** What a request brought back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  json: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  key?: string | null;
  /** Sends the head alone, and nothing after it. */
  isCut?: boolean;
}

/** A hub that runs. */
export interface RunningHub {
  port: number;
  store: HubStore;
  links: MachineLinks;
  dataDir: string;
  logLines: string[];
  ask: (path: string, ask?: Ask) => Promise<Answer>;
  /** Breaks every connection that is open; the hub runs on. */
  cut: () => void;
  close: () => Promise<void>;
}

/** The services of a hub on a data folder of its own, over HTTP on a loopback port. */
export async function startHub(options: Partial<HubServerOptions> = {}): Promise<RunningHub> {
  const dataDir = await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-'));
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const seal = loadSeal(join(dataDir, 'hub.secret'), true);
  const store = await openStore({ url: null, dataDir, seal, log });
  const links = new MachineLinks(store.machines, log);
  const readers = new MachineReaders({ store, links, holder: 'test', leaseSeconds: 15, log });
  const app = await createHubServer({
    store,
    links,
    secrets: { adminKey: ADMIN_KEY, serviceToken: SERVICE_TOKEN },
    log,
    metrics: new Registry(),
    version: '0.0.0',
    url: null,
    trustedProxies: [],
    ratePerSecond: 1000,
    compat: 'key',
    dashboard: null,
    attentionOf: (machine) => readers.attentionOf(machine),
    ...options,
  });
  await links.start();
  readers.start();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ask = (path: string, asked?: Ask): Promise<Answer> => send(port, path, asked);
  return {
    ...{ port, store, links, dataDir, logLines, ask },
    cut: () => app.server.closeAllConnections(),
    async close() {
      await Promise.all([app.close(), readers.close()]);
      links.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One request over a connection of its own. Objects are sent as JSON; texts and bytes as they are. */
export function send(port: number, path: string, ask: Ask = {}): Promise<Answer> {
  const { method = ask.body === undefined ? 'GET' : 'POST', key = ADMIN_KEY } = ask;
  const isRaw = typeof ask.body === 'string' || Buffer.isBuffer(ask.body);
  const body = ask.body === undefined ? undefined : isRaw ? (ask.body as string | Buffer) : JSON.stringify(ask.body);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...ask.headers,
  };
  const request = httpRequest({ host: '127.0.0.1', port, path, method, agent: false, headers }, async (response) => {
    const chunks = await Array.fromAsync(response as AsyncIterable<Buffer>).catch(reject);
    const text = Buffer.concat(chunks ?? []).toString('utf8');
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
    const { statusCode = 0 } = response;
    if (ask.isCut === true) request.destroy();
    resolve({ status: statusCode, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined });
  });
  request.on('error', reject);
  if (ask.isCut === true) request.flushHeaders();
  else request.end(body);
  return promise;
}
