import { type HubSession, LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { client, line } from './client.ts';
import { asksAgain, withNews } from './news.ts';

const PAGE = 250;
/** Events that come within it are shown together. */
const BATCH_MS = 100;
/** So many that have changed are asked for in one turn, those that are looked at first. */
const FEW = 8;
/** Where more are left, all are asked for at once. */
const MANY = 64;
/** What changes within it is asked for once; at least so long. */
const SETTLE_MS = 200;
/** How long it rests after the answers, in times of how long they took: a large fleet in motion must not keep the hub busy. */
const REST_TIMES = 4;
/** A page that was frozen or asleep in the middle of a question measures hours. */
const REST_MAX_MS = 5_000;
/** After a question that failed while the line stands. */
const AGAIN_MS = 2_000;

type Listener = (event: LeadMasterEvent) => void;

/** Every session that the caller may see, by name, as the hub and its events last told it. */
export const sessions = signal<ReadonlyMap<string, HubSession>>(new Map());
export const isLoaded = signal(false);
/** Why they could not be loaded; null where they were. */
export const loadFailure = signal<unknown>(null);

/** Names of the sessions that are drawn: they are asked for before others. */
export const inView = new Set<string>();

const listeners = new Set<Listener>();
/** Events that are not shown yet. */
let batch: LeadMasterEvent[] = [];
/** What was told since a question was asked, whose answer may be older; null where none is open. */
let meanwhile: LeadMasterEvent[] | null = null;
const changed = new Set<string>();
let isSettling = false;
let restMs = SETTLE_MS;
/** One question at a time, so that an older answer never replaces a newer one. */
let asking: Promise<void> = Promise.resolve();
let isAskedAgain = false;

/** Hears every event as it comes. Call what it answers to hear no more. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Takes an event of the hub: tells those who listen, shows what it changes, and asks for what it does not tell. */
export function take(event: LeadMasterEvent): void {
  for (const listener of listeners) listener(event);
  if (event.type === 'events.gap') return void refreshAll();
  if (event.session === '') return;
  meanwhile?.push(event);
  if (batch.push(event) === 1) setTimeout(showBatch, BATCH_MS);
  if (!asksAgain(event)) return;
  changed.add(event.session);
  settleSoon();
}

/** Asks for one session again, and resolves once it is told. */
export function refresh(name: string): Promise<void> {
  return ask(() => loadOne(name));
}

/** Asks again for what is drawn: signs of life and sizes change without an event. */
export function refreshInView(): void {
  for (const name of inView) if (sessions.value.has(name)) changed.add(name);
  if (changed.size > 0) settleSoon();
}

export function refreshAll(): Promise<void> {
  changed.clear();
  return ask(loadAll);
}

function showBatch(): void {
  const next = new Map(sessions.value);
  tell(next, batch);
  batch = [];
  sessions.value = next;
}

function tell(known: Map<string, HubSession>, events: readonly LeadMasterEvent[]): void {
  for (const event of events) {
    const session = known.get(event.session);
    if (session !== undefined) known.set(event.session, withNews(session, event));
  }
}

async function settle(): Promise<void> {
  const began = performance.now();
  await Promise.all(nextFew().map(refresh));
  if (changed.size > MANY) await refreshAll();
  restMs = Math.min(REST_MAX_MS, Math.max(SETTLE_MS, REST_TIMES * (performance.now() - began)));
  isSettling = false;
  if (changed.size > 0) settleSoon();
}

function nextFew(): string[] {
  const names = [...changed].sort((a, b) => Number(inView.has(b)) - Number(inView.has(a))).slice(0, FEW);
  for (const name of names) changed.delete(name);
  return names;
}

function settleSoon(): void {
  if (isSettling) return;
  isSettling = true;
  setTimeout(() => void settle(), restMs);
}

/** Asks once all that was asked before is answered. What fails is told by `loadFailure`. */
export function ask(question: () => Promise<void>): Promise<void> {
  const asked = async (): Promise<void> => {
    meanwhile = [];
    try {
      await question();
    } finally {
      meanwhile = null;
    }
  };
  asking = asking.then(asked).then(
    () => {
      loadFailure.value = null;
    },
    (error: unknown) => {
      loadFailure.value = error;
      askAgainSoon();
    },
  );
  return asking;
}

/** What was asked for in vain has changed, and no other event may tell of it. A line that is lost asks for all once it stands again. */
function askAgainSoon(): void {
  if (isAskedAgain) return;
  isAskedAgain = true;
  setTimeout(() => {
    isAskedAgain = false;
    if (line.value === 'live') void refreshAll();
  }, AGAIN_MS);
}

/** Page after page, each shown as it comes; then those go that are in none. */
async function loadAll(): Promise<void> {
  const found = new Set<string>();
  let after: string | undefined;
  do {
    const page = await client.call('listSessions', { query: { limit: PAGE, after } });
    const items = page.items as HubSession[];
    show(items);
    for (const { name } of items) found.add(name);
    after = page.cursor ?? undefined;
  } while (after !== undefined);
  for (const event of meanwhile ?? []) found.add(event.session);
  sessions.value = new Map([...sessions.value].filter(([name]) => found.has(name)));
  isLoaded.value = true;
}

async function loadOne(name: string): Promise<void> {
  const session = await client.call('getSession', { params: { session: name } }).catch((error: unknown) => {
    if (error instanceof LeadMasterError && error.code === 'session_not_found') return null;
    throw error;
  });
  if (session !== null) return show([session as HubSession]);
  const next = new Map(sessions.value);
  next.delete(name);
  sessions.value = next;
}

/** Takes over answers, and what was told while they were on their way. */
function show(answers: readonly HubSession[]): void {
  const next = new Map(sessions.value);
  for (const answer of answers) next.set(answer.name, answer);
  tell(next, meanwhile ?? []);
  sessions.value = next;
}
