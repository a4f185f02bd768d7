import { Client } from '@leadmaster/client';
import { REQUEST_HEADER } from '@leadmaster/protocol';
import { signal } from '@preact/signals';

/** A stream of events brings a sign of life every 15 s; after this it is dead, also where nothing says so, as after a sleep. */
const SILENT_MS = 40_000;
const LOOK_MS = 5_000;
/** The hub answers a stream at once. A line that has swallowed the question says nothing. */
const OPEN_MS = 10_000;

/** Whether the hub has refused the cookie, or there is none. */
export const isSignedOut = signal(false);

/** How the stream of events fares. */
export const line = signal<'connecting' | 'live' | 'lost'>('connecting');

/** Where the stream began, as the hub said when it was opened: what comes after it was told, or will be. */
export const begun = signal<string | null>(null);

/** The hub that this page comes from, by its cookie. */
export const client = new Client({ url: location.origin, key: () => null, fetch: fromPage });

/** As `fetch`, with the header that only our own page sends; a stream that has fallen silent is ended. */
async function fromPage(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set(REQUEST_HEADER, '1');
  const isStream = headers.get('accept') === 'text/event-stream';
  const answer = await (isStream ? followed(url, { ...init, headers }) : fetch(url, { ...init, headers }));
  if (answer.status === 401) isSignedOut.value = true;
  return answer;
}

async function followed(url: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const silent = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, silent.signal]) : silent.signal;
  line.value = line.value === 'lost' ? 'lost' : 'connecting';
  const late = setTimeout(() => silent.abort(new Error('the stream was not opened in time')), OPEN_MS);
  const answer = await fetch(url, { ...init, signal })
    .catch((error: unknown) => {
      line.value = 'lost';
      throw error;
    })
    .finally(() => clearTimeout(late));
  if (!answer.ok || answer.body === null) return answer;
  begun.value = answer.headers.get('x-event-cursor');
  line.value = 'live';
  return new Response(watched(answer.body, silent), { status: answer.status, headers: answer.headers });
}

/** Hands on what comes, and aborts once nothing has come for too long by the clock, which a sleep does not stop. */
function watched(body: ReadableStream<Uint8Array>, silent: AbortController): ReadableStream<Uint8Array> {
  let heardAt = Date.now();
  const look = (): void => {
    if (Date.now() - heardAt > SILENT_MS) silent.abort(new Error('the stream has fallen silent'));
  };
  const timer = setInterval(look, LOOK_MS);
  addEventListener('online', look);
  document.addEventListener('visibilitychange', look);
  const end = (): void => {
    line.value = 'lost';
    clearInterval(timer);
    removeEventListener('online', look);
    document.removeEventListener('visibilitychange', look);
  };
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        heardAt = Date.now();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
}
