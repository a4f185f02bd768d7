import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveBackMemory } from '@leadmaster/service-kit/process';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { type RunningHub, send, startHub } from '../../test/start-hub.ts';
import { event, leased, news } from '../../test/store/fixtures.ts';

const CLIENTS = join(import.meta.dirname, 'clients.ts');
const THERE_MS = 120_000;
/** How long the hub waits for a body. */
const REQUEST_MS = 3_000;
/** Of the log that the followers do not read: 20 MB. */
const [PAGES, EVENTS, EVENT_BYTES] = [100, 20, 10_000];
/** A limit for what never comes: how long others wait is reported, and depends on what else the machine does. */
const SERVED_MS = 60_000;
/** What the crowd may cost the hub: for each connection, and for all else. */
const CONNECTION_BYTES = 40_000;
const REST_BYTES = 250 * 2 ** 20;

export interface CrowdOptions {
  /** Connections on which nothing is asked. */
  idle: number;
  /** Requests whose body comes a byte at a time. */
  slow: number;
  /** Event streams of which nothing is read. */
  followers: number;
}

export interface CrowdReport {
  /** By how much the hub grew, in bytes. */
  grownBytes: number;
  /** The longest that a caller beside the crowd waited. */
  slowestMs: number;
  asked: number;
  faults: string[];
}

type Crowd = { child: ChildProcessByStdio<Writable, Readable, null>; lines: Interface };

/** A hub in a crowd that takes up connections and gives nothing back; others are served meanwhile, and its memory is bounded. */
export async function proveCrowd(options: CrowdOptions): Promise<CrowdReport> {
  const hub = await startHub({ timing: { requestMs: REQUEST_MS } });
  const { child, lines } = gather(hub.port, options);
  try {
    giveBackMemory();
    const before = process.memoryUsage().rss;
    const refused = lineOf(lines, 'slow bodies refused: ');
    await lineOf(lines, 'all there');
    const ending = new AbortController();
    const asking = askOn(hub, ending.signal);
    await fill(hub);
    const grownBytes = process.memoryUsage().rss - before;
    const slowRefused = Number(await refused);
    ending.abort();
    const { slowestMs, asked, failures } = await asking;
    return {
      grownBytes,
      slowestMs,
      asked,
      faults: [...failures, ...faultsOf(options, { grownBytes, slowestMs, slowRefused })],
    };
  } finally {
    child.stdin.end();
    await once(child, 'exit');
    lines.close();
    await hub.close();
  }
}

function gather(port: number, { idle, slow, followers }: CrowdOptions): Crowd {
  const args = [CLIENTS, ...[port, ADMIN_KEY, idle, slow, followers].map(String)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, lines: createInterface(child.stdout) };
}

/** The rest of the line that begins so. */
function lineOf(lines: Interface, begin: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const late = setTimeout(() => reject(new Error(`the crowd did not say "${begin}"`)), THERE_MS);
  lines.on('line', (line) => {
    if (!line.startsWith(begin)) return;
    clearTimeout(late);
    resolve(line.slice(begin.length));
  });
  return promise;
}

/** The log grows by far more than the followers' buffers hold. */
async function fill({ store }: RunningHub): Promise<void> {
  const lease = await leased(store, 'far-away');
  const data = { note: 'x'.repeat(EVENT_BYTES) };
  for (let page = 0; page < PAGES; page += 1) {
    const first = page * EVENTS;
    const events = Array.from({ length: EVENTS }, (_, at) => event(first + at + 1, 'ventas', data));
    await store.events.append(lease, news(first, events));
    await sleep(5);
  }
}

/** A caller beside the crowd, as long as it is there. */
async function askOn({ port }: RunningHub, signal: AbortSignal) {
  const waits: number[] = [];
  const failures: string[] = [];
  while (!signal.aborted) {
    const began = performance.now();
    const { status, text } = await send(port, '/v1/sessions');
    waits.push(performance.now() - began);
    if (status !== 200) failures.push(`a caller beside the crowd got ${status}: ${text}`);
    await sleep(20);
  }
  return { slowestMs: Math.round(Math.max(...waits)), asked: waits.length, failures };
}

function faultsOf(
  { idle, slow, followers }: CrowdOptions,
  { grownBytes, slowestMs, slowRefused }: { grownBytes: number; slowestMs: number; slowRefused: number },
): string[] {
  const limit = (idle + slow + followers) * CONNECTION_BYTES + REST_BYTES;
  return [
    ...(grownBytes > limit ? [`the hub grew by ${grownBytes} bytes, more than ${limit}`] : []),
    ...(slowestMs > SERVED_MS ? [`a caller beside the crowd waited ${slowestMs} ms`] : []),
    ...(slowRefused === slow ? [] : [`${slowRefused} of ${slow} slow bodies were answered with 408`]),
  ];
}
