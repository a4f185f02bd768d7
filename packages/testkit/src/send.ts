import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { ADMIN_KEY } from './test-manager.ts';

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
  /** The admin key unless given; null for none. */
  key?: string | null;
  /** Sends the head alone, and nothing after it. */
  isCut?: boolean;
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
    if (chunks === undefined) return;
    const all = Buffer.concat(chunks);
    const text = all.toString('utf8');
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
    const { statusCode: status = 0 } = response;
    if (ask.isCut === true) request.destroy();
    resolve({ status, headers: response.headers, body: all, text, json: isJson ? JSON.parse(text) : undefined });
  });
  request.on('error', reject);
  if (ask.isCut === true) request.flushHeaders();
  else request.end(body);
  return promise;
}
