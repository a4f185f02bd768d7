import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Scope } from '@leadmaster/protocol';
import { ADMIN_KEY, QUICK_DISK, SERVICE_TOKEN, startTestManager, type TestManager } from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished } from 'vitest';
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

export interface TestHub {
  port: number;
  store: HubStore;
  links: MachineLinks;
  logLines: string[];
  ask: (path: string, ask?: Ask) => Promise<Answer>;
  /** Makes a tenant, and a key of it. */
  tenant: (name: string, scopes?: readonly Scope[], more?: object) => Promise<string>;
  /** Waits until the hub's own copy of a session is so. */
  until: (name: string, state: string) => Promise<void>;
  close: () => Promise<void>;
}

export interface HubWorld extends TestHub {
  managers: Record<string, TestManager>;
}

const ALL: readonly Scope[] = ['read', 'send', 'control', 'storage', 'admin'];

/** A hub over real session managers, each on a port of its own, until the end of the test. */
export async function hubOver(names: readonly string[], options: Partial<HubServerOptions> = {}): Promise<HubWorld> {
  const managers: Record<string, TestManager> = {};
  for (const [at, name] of names.entries()) {
    const manager = await startTestManager({ firstPhone: 100 * (at + 1) });
    onTestFinished(() => manager.close());
    managers[name] = manager;
  }
  const hub = await startHub(options);
  onTestFinished(() => hub.close());
  for (const [name, { port }] of Object.entries(managers)) {
    const body = { name, url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN };
    const added = await hub.ask('/v1/machines', { body });
    expect([added.status, added.text]).toEqual([201, added.text]);
  }
  return { ...hub, managers };
}

async function startHub(options: Partial<HubServerOptions>): Promise<TestHub> {
  const dataDir = await mkdtemp(join(QUICK_DISK, 'leadmaster-hub-'));
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const seal = loadSeal(join(dataDir, 'hub.secret'), true);
  const store = await openStore({ url: null, dataDir, seal, log });
  const links = new MachineLinks(store.machines, log);
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
    ...options,
  });
  const readers = new MachineReaders({ store, links, holder: 'test', leaseSeconds: 15, log });
  await links.start();
  readers.start();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const ask = (path: string, asked?: Ask): Promise<Answer> => send(port, path, asked);
  return {
    ...{ port, store, links, logLines, ask },
    async tenant(name, scopes = ALL, more = {}) {
      if ((await store.tenants.get(name)) === null) await ask('/v1/tenants', { body: { name } });
      const made = await ask('/v1/keys', { body: { name: 'test', tenant: name, scopes, ...more } });
      expect(made.status, made.text).toBe(201);
      return made.json.key;
    },
    async until(name, state) {
      await expect.poll(async () => (await store.sessions.get(name))?.session.state, { timeout: 10_000 }).toBe(state);
    },
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
