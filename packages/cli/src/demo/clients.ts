import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Client, follow, operate } from '@leadmaster/client';
import type { Language } from '@leadmaster/doctor';
import { LeadMasterError, type Session } from '@leadmaster/protocol';
import { CLIENTS, CUSTOMERS, type DemoClient, greeting, pastOf } from './chats.ts';
import { type Phones, phoneOf } from './phones.ts';
import { MACHINES } from './second-machine.ts';

const WAIT_S = 120;
const PAST_MS = 30_000;
/** What a profile gets beside its chats, so that its storage has something to show. */
const HISTORY_BYTES = 3_000_000;
const MEDIA_BYTES = 6_000_000;

export interface ClientsOptions {
  hub: Client;
  phones: Phones;
  /** The data folder of the demo. */
  dataDir: string;
  language: Language;
  /** Aborts when the demo ends. */
  signal: AbortSignal;
}

/** How far the three clients of the demo are on this folder; null where none was begun. */
export function clientsIn(dataDir: string): 'begun' | 'made' | null {
  const file = noteIn(dataDir);
  if (!existsSync(file)) return null;
  return readFileSync(file, 'utf8').trim() === 'made' ? 'made' : 'begun';
}

export function noteClients(dataDir: string, how: 'begun' | 'made'): void {
  writeFileSync(noteIn(dataDir), `${how}\n`, { mode: 0o600 });
}

/**
 * Makes the three clients of the demo: each linked by its phone, with chats and earlier days; one of them ends in trouble. One that was
 * begun is finished.
 */
export async function makeClients(options: ClientsOptions): Promise<void> {
  const { hub, phones, dataDir, language, signal } = options;
  await Promise.all([
    ...CUSTOMERS.map(({ number, name }) => phones.rename(number, name)),
    ...CLIENTS.map(async ({ name, title }) => {
      await phones.rename(phoneOf(name), title);
      await phones.remember(phoneOf(name), pastOf(language, Date.now()));
    }),
  ]);
  for (const client of CLIENTS) await create(hub, client, signal);
  await writePast(dataDir, signal);
  await Promise.all([...CLIENTS.map(({ name }) => bringUp(name, options)), makeTenant(hub, signal)]);
  noteClients(dataDir, 'made');
}

function noteIn(dataDir: string): string {
  return join(dataDir, 'demo-clients.txt');
}

async function create(hub: Client, { name, metadata }: DemoClient, signal: AbortSignal): Promise<void> {
  const body = { name, metadata, machine: MACHINES[0], start: false };
  await hub.call('createSession', { body }, { signal }).catch(unless('session_exists'));
}

async function writePast(dataDir: string, signal: AbortSignal): Promise<void> {
  const program = join(import.meta.dirname, 'write-past.ts');
  const file = join(dataDir, 'session-manager.db');
  const names = CLIENTS.map(({ name }) => name);
  await promisify(execFile)(process.execPath, [program, file, ...names], { signal, timeout: PAST_MS });
}

/** Links a session by its phone, and gives it what it is there to show. */
async function bringUp(name: string, { hub, phones, language, signal }: ClientsOptions): Promise<void> {
  const number = phoneOf(name);
  const waiting = await started(hub, name, signal);
  if (waiting.state === 'QR_REQUIRED') {
    const { qr } = await hub.call('getQr', { params: { session: name } }, { signal });
    await phones.scan(number, qr);
  }
  await until(hub, name, ({ state }) => state === 'READY', signal);
  if (name === 'ventas') {
    // What unlinks it in the middle of its first snapshot would have that fail.
    await until(hub, name, isTried, signal);
    return void (await phones.unlink(number));
  }
  await talk(name, { hub, phones, language, signal });
  if (name === 'soporte') return void (await phones.capNewChats(number, 46, 50));
  await phones.grow(number, HISTORY_BYTES, MEDIA_BYTES);
  const params = { session: name };
  await operate(hub, 'createSnapshot', { params }, { signal });
}

/** Starts a session where it does not run, and waits until it stands. */
function started(hub: Client, session: string, signal: AbortSignal): Promise<Session> {
  const input = { params: { session }, query: { wait: WAIT_S } };
  return hub.call('startSession', input, { signal, timeoutMs: (WAIT_S + 30) * 1000 });
}

/** Whether a snapshot was taken, or could not be. */
function isTried({ lastSnapshot, snapshotFailure }: Session): boolean {
  return lastSnapshot !== null || snapshotFailure !== null;
}

/** It is looked at after each of its events, those of the past among them. */
async function until(
  hub: Client,
  session: string,
  isSo: (session: Session) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(WAIT_S * 1000)]);
  for await (const _event of follow(hub, { session, after: 0, signal: ending })) {
    if (isSo(await hub.call('getSession', { params: { session } }, { signal }))) return;
  }
  throw new LeadMasterError('timeout', `${session} is not there within ${WAIT_S} s.`, 'Look: ./leadmaster sessions');
}

/** A customer asks, and the session answers. */
async function talk(
  session: string,
  { hub, phones, language, signal }: Pick<ClientsOptions, 'hub' | 'phones' | 'language' | 'signal'>,
): Promise<void> {
  const [question, text] = greeting(language);
  const [first] = CUSTOMERS;
  if (first === undefined) return;
  await phones.send(first.number, phoneOf(session), question);
  const headers = { 'idempotency-key': `demo-${session}` };
  await hub.call('sendMessage', { params: { session }, body: { to: first.number, text }, headers }, { signal });
}

/** A client with a name space and a key of its own. */
async function makeTenant(hub: Client, signal: AbortSignal): Promise<void> {
  const name = 'acme';
  await hub.call('createTenant', { body: { name, title: 'Acme' } }, { signal }).catch(unless('tenant_exists'));
  const key = { name: 'acme-crm', tenant: name, scopes: ['read' as const, 'send' as const] };
  await hub.call('createKey', { body: key }, { signal });
}

/** Takes one refusal as what was wanted. */
function unless(code: LeadMasterError['code']): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof LeadMasterError) || error.code !== code) throw error;
  };
}
