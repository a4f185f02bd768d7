import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One connection that is kept, as a program would. */
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const AGAIN_MS = 100;

export interface Ask {
  port: number;
  key: string;
  path: string;
  body?: object;
}

/** Asks, and answers what was said. @throws Error for anything but success. */
export async function ask<T>({ port, key, path, body }: Ask): Promise<T> {
  const headers = {
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const asked = request({ host: '127.0.0.1', port, path, method: body === undefined ? 'GET' : 'POST', agent, headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const text = Buffer.concat((await Array.fromAsync(response)) as Buffer[]).toString();
  if ((response.statusCode ?? 500) >= 400) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return (/json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : text) as T;
}

/** How long an answer takes, in milliseconds. */
export async function timed(wanted: Ask): Promise<number> {
  const began = performance.now();
  await ask(wanted);
  return performance.now() - began;
}

/** The value below which that share of the samples is. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Asks until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(AGAIN_MS);
  }
}
