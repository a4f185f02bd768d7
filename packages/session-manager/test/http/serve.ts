import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { ADMIN_KEY, startTestManager, type TestManager, type TestManagerOptions } from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';

export { ADMIN_KEY, SERVICE_TOKEN } from '@leadmaster/testkit';

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

export interface Served extends TestManager {
  sessions: TestManager['context']['sessions'];
  snapshots: TestManager['context']['snapshots'];
  ask: (path: string, ask?: Ask) => Promise<Answer>;
}

/** A session manager until the end of the test, and how to ask it. */
export async function serve(options: TestManagerOptions = {}): Promise<Served> {
  const manager = await startTestManager(options);
  onTestFinished(() => manager.close());
  const { sessions, snapshots } = manager.context;
  return { ...manager, sessions, snapshots, ask: (path, ask) => send(manager.port, path, ask) };
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
