import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@leadmaster/protocol';
import { createParser } from 'eventsource-parser';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Client } from './client.ts';

const FOREVER_MS = 2 ** 31 - 1;
const RETRY_MS = 1000;

/**
 * Every event after a cursor (without one: from now on), then live ones until the signal aborts. A broken connection is taken up again where it
 * broke off, so nothing is missed and nothing comes twice; only a first connection that fails is an error.
 */
export async function* follow(
  client: Client,
  path: string,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  let cursor = after;
  let reached = false;
  while (!signal.aborted) {
    try {
      for await (const event of stream(client, path, cursor, signal)) {
        reached = true;
        cursor = event.id;
        yield event;
      }
      reached = true;
    } catch (error) {
      if (signal.aborted) return;
      const broken = !(error instanceof CliError) || error.exitCode === EXIT.unreachable;
      if (!reached || !broken) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
  }
}

async function* stream(
  client: Client,
  path: string,
  after: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  const headers = { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': String(after) }) };
  const response = await client.request('GET', path, { headers, signal, timeoutMs: FOREVER_MS });
  const found: Event[] = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(JSON.parse(data) as Event) });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* found.splice(0);
  }
}
