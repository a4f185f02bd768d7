import { type FollowOptions, follow } from '@leadmaster/client';
import { cursorText, type HubSession, LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { effect, signal } from '@preact/signals';
import { begun, client, isSignedOut, line } from './client.ts';

const PAGE = 500;
/** So many that have changed are asked for one by one; more, all at once. */
const FEW = 8;
/** What changes within it is asked for once; at least so long. */
const SETTLE_MS = 200;
/** How long it rests after the answers, in times of how long they took. */
const REST_TIMES = 4;
const AGAIN_MS = 2_000;

type Listener = (event: LeadMasterEvent) => void;

/** Every session that the caller may see, by name, as the hub last told it. */
export const sessions = signal<ReadonlyMap<string, HubSession>>(new Map());
export const isLoaded = signal(false);
/** Why they could not be loaded; null where they were. */
export const loadFailure = signal<unknown>(null);

/** The last event that came, and which log it is of. */
let cursor: string | null = null;
let logId = '';

const listeners = new Set<Listener>();
const changed = new Set<string>();
let isSettling = false;
let restMs = SETTLE_MS;
/** One question at a time, so that an older answer never replaces a newer one. */
let asking: Promise<void> = Promise.resolve();

/** Hears every event as it comes. Call what it answers to hear no more. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps the sessions as the hub has them until the signal aborts: one list, then what the events name. Called again, it reads on where it was. */
export async function keepLive(signal: AbortSignal): Promise<void> {
  // Once the line stands no event is missed: a list that is asked for then is at least as new, also after answers that were lost with the line.
  const deaf = effect(() => {
    if (line.value === 'live') void refreshAll();
  });
  signal.addEventListener('abort', deaf);
  while (!signal.aborted && !isSignedOut.value) {
    const options: FollowOptions = {
      signal,
      after: cursor ?? begun.value ?? undefined,
      onLog: (id) => {
        logId = id;
      },
    };
    try {
      for await (const event of follow(client, options)) {
        cursor = cursorText(event.id, logId);
        take(event);
      }
    } catch (error) {
      line.value = 'lost';
      // Another log, or one that was put back: it is read from now on.
      if (error instanceof LeadMasterError && error.code.startsWith('cursor_')) cursor = begun.value = null;
      else await pause(AGAIN_MS);
    }
  }
}

/** Asks for one session again, and resolves once it is told. */
export function refresh(name: string): Promise<void> {
  return ask(() => loadOne(name));
}

export function refreshAll(): Promise<void> {
  return ask(loadAll);
}

function take(event: LeadMasterEvent): void {
  for (const listener of listeners) listener(event);
  if (event.type === 'events.gap') return void refreshAll();
  if (event.session === '') return;
  changed.add(event.session);
  settleSoon();
}

/** Asks for what has changed; the longer the answers take, the rarer it is: a large fleet in motion must not keep the hub busy. */
async function settle(): Promise<void> {
  const names = [...changed];
  changed.clear();
  const began = performance.now();
  await (names.length > FEW ? refreshAll() : Promise.all(names.map(refresh)));
  restMs = Math.max(SETTLE_MS, REST_TIMES * (performance.now() - began));
  isSettling = false;
  if (changed.size > 0) settleSoon();
}

function settleSoon(): void {
  if (isSettling) return;
  isSettling = true;
  setTimeout(() => void settle(), restMs);
}

function ask(question: () => Promise<void>): Promise<void> {
  asking = asking.then(question).then(
    () => {
      loadFailure.value = null;
    },
    (error: unknown) => {
      loadFailure.value = error;
    },
  );
  return asking;
}

async function loadAll(): Promise<void> {
  const found = new Map<string, HubSession>();
  let after: string | undefined;
  do {
    const page = await client.call('listSessions', { query: { limit: PAGE, after } });
    for (const session of page.items as HubSession[]) found.set(session.name, session);
    after = page.cursor ?? undefined;
  } while (after !== undefined);
  sessions.value = found;
  isLoaded.value = true;
}

async function loadOne(name: string): Promise<void> {
  const session = await client.call('getSession', { params: { session: name } }).catch((error: unknown) => {
    if (error instanceof LeadMasterError && error.code === 'session_not_found') return null;
    throw error;
  });
  const next = new Map(sessions.value);
  if (session === null) next.delete(name);
  else next.set(name, session as HubSession);
  sessions.value = next;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
