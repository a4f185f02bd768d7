import { cursorOf, LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { createParser } from 'eventsource-parser';
import { isObject } from './answer.ts';
import { chunksOf } from './chunks.ts';
import type { Client } from './client.ts';

export interface FollowOptions {
  /** Events of this session alone; of all without it. */
  session?: string | undefined;
  /** The last event already known, by its number or best as `cursorText`; without it, from now on. */
  after?: number | string | undefined;
  /** Told once, before the first event: which log it is. Keep it with the numbers of events. */
  onLog?: ((logId: string) => void) | undefined;
  /** Hears the comments of the stream: what a service tells beside the log, such as `MACHINES_TURNED`. */
  onComment?: ((comment: string) => void) | undefined;
  signal: AbortSignal;
}

const FOREVER_MS = 2 ** 31 - 1;
const RETRY_MS = 1000;

/**
 * Every event after a cursor, then live ones until the signal aborts. A broken connection is taken up again where it broke
 * off, so nothing is missed and nothing comes twice; only a first connection that fails is an error, and a log that is not the same any
 * more (`cursor_of_another_log`, `cursor_unknown`). Types that this version does not know are handed on as they are.
 */
export async function* follow(
  client: Client,
  { session, after, signal, onLog, onComment }: FollowOptions,
): AsyncGenerator<LeadMasterEvent> {
  let cursor = after;
  let reached = false;
  while (!signal.aborted) {
    try {
      const stream = await open(client, { session, after: cursor, signal });
      cursor = stream.headers.get('x-event-cursor') ?? cursor;
      if (!reached) tellLog(cursor, onLog);
      reached = true;
      for await (const [next, id] of eventsOf(stream, onComment)) {
        cursor = id;
        yield next;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!reached || !isBroken(error)) throw error;
    }
    await pause(RETRY_MS, signal);
  }
}

/** A service of an earlier version does not say which log it is. */
function tellLog(cursor: number | string | undefined, onLog: FollowOptions['onLog']): void {
  const { logId } = cursorOf(cursor ?? 0);
  if (logId !== null) onLog?.(logId);
}

/** Whether the connection failed, and not what was asked. */
function isBroken(error: unknown): boolean {
  return !(error instanceof LeadMasterError) || ['service_unreachable', 'shutting_down'].includes(error.code);
}

function open(client: Client, { session, after, signal }: FollowOptions): Promise<Response> {
  const headers = { accept: 'text/event-stream', ...(after === undefined ? {} : { 'last-event-id': String(after) }) };
  const options = { signal, timeoutMs: FOREVER_MS };
  if (session === undefined) return client.request('listEvents', { headers }, options);
  return client.request('listSessionEvents', { params: { session }, headers }, options);
}

/** Each event with the cursor that continues after it. */
async function* eventsOf(
  { body }: Response,
  onComment: FollowOptions['onComment'],
): AsyncGenerator<[LeadMasterEvent, number | string]> {
  const found: [LeadMasterEvent, number | string][] = [];
  const parser = createParser({
    onEvent: ({ id, data }) => {
      const told = toldIn(data);
      found.push([told, id ?? told.id]);
    },
    ...(onComment === undefined ? {} : { onComment }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of body === null ? [] : chunksOf(body)) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* found.splice(0);
  }
}

/**
 * One line of a log. What its data holds is not looked at: another version may tell types and fields that this one does not know.
 *
 * @throws Error where it is none.
 */
function toldIn(text: string): LeadMasterEvent {
  const line: unknown = JSON.parse(text);
  if (!isEvent(line)) throw new Error('the stream has a line that is no event');
  return line;
}

function isEvent(line: unknown): line is LeadMasterEvent {
  if (!isObject(line)) return false;
  const { id, session, type, at, data } = line;
  return Number.isInteger(id) && [session, type, at].every((part) => typeof part === 'string') && isObject(data);
}

/** Resolves after a time, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
