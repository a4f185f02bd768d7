import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpApp } from '@leadmaster/service-kit/http';
import {
  type FakeSessionService,
  type FakeSnapshotService,
  type FakeStorageService,
  type FakeTransferService,
  fakeServices,
} from '@leadmaster/testkit';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import type { HttpTiming } from '../../src/http/http-app.ts';
import { createHttpServer } from '../../src/http/server.ts';

export const ADMIN_KEY = 'admin-key-of-the-tests';
export const SERVICE_TOKEN = 'service-token-of-the-tests';
const DATA_DIR = '/nowhere/leadmaster-data';

/** What a request brought back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  json: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  key?: string | null;
}

/** The server over sessions in memory, on a loopback port of its own, with the log lines it wrote. */
export async function serve(
  options: { compat?: 'key' | 'open'; timing?: Partial<HttpTiming>; ready?: () => boolean } = {},
): Promise<{
  app: HttpApp;
  sessions: FakeSessionService;
  snapshots: FakeSnapshotService;
  storage: FakeStorageService;
  transfers: FakeTransferService;
  port: number;
  logLines: string[];
  metrics: Registry;
  ask: (path: string, ask?: Ask) => Promise<Answer>;
}> {
  const services = fakeServices(DATA_DIR);
  const { sessions, snapshots, storage, departures: transfers } = services;
  const logLines: string[] = [];
  const metrics = new Registry();
  const app = await createHttpServer({
    ...services,
    config: { dataDir: DATA_DIR, compat: options.compat ?? 'key' },
    keys: { adminKey: ADMIN_KEY, serviceToken: SERVICE_TOKEN },
    log: pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) }),
    metrics,
    ready: options.ready ?? (() => true),
    version: '0.1.0',
    timing: options.timing ?? {},
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return {
    app,
    sessions,
    snapshots,
    storage,
    transfers,
    port,
    logLines,
    metrics,
    ask: (path, ask) => send(port, path, ask),
  };
}

/** One request over a connection of its own. Objects are sent as JSON; texts and bytes as they are. */
export function send(port: number, path: string, ask: Ask = {}): Promise<Answer> {
  const { method = ask.body === undefined ? 'GET' : 'POST', key = ADMIN_KEY } = ask;
  const raw = typeof ask.body === 'string' || Buffer.isBuffer(ask.body);
  const body = ask.body === undefined ? undefined : raw ? (ask.body as string | Buffer) : JSON.stringify(ask.body);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: {
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...ask.headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const all = Buffer.concat(chunks);
          const text = all.toString('utf8');
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: all,
            text,
            json: isJson && text !== '' ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
