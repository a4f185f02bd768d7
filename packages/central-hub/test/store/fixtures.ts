import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type AnyEvent, LeadMasterError, type Session } from '@leadmaster/protocol';
import { Postgres, postgresMissing } from '@leadmaster/testkit/postgres';
import Database from 'better-sqlite3';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Seal } from '../../src/secrets/seal.ts';
import { type HubStore, openStore } from '../../src/store/index.ts';
import type { KeyRecord, Lease, MachineRecord, SessionRecord, TenantRecord } from '../../src/store/records.ts';

export const SECRET = 'a-secret-of-this-test-alone';
export const SEAL = new Seal(SECRET);
export const SILENT = pino({ level: 'silent' });
export const AT = new Date('2026-03-01T10:00:00.000Z');

/** One kind of database, as the contract is run over it. */
export interface Kind {
  name: string;
  /** Why it cannot be had here; null where it can. */
  missing: string | null;
  /** A fresh database; every call for the same place opens the same one. */
  place: () => Promise<Place>;
}

/** Where one database is. */
export interface Place {
  url: string | null;
  dataDir: string;
}

/** A folder of its own for one test, gone afterwards. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'leadmaster-hub-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const SQLITE_KIND: Kind = {
  name: 'SQLite',
  missing: null,
  place: async () => ({ url: null, dataDir: scratch() }),
};

/** Databases of one server for all tests of a file, where one can be had. */
export function postgresForFile(): Kind {
  const missing = postgresMissing();
  let server: Postgres | null = null;
  beforeAll(async () => {
    if (missing === null) server = await Postgres.start();
  });
  afterAll(() => server?.stop());
  const running = (): Postgres => {
    if (server === null) throw new Error('PostgreSQL was not started');
    return server;
  };
  return {
    name: 'PostgreSQL',
    missing,
    place: async () => ({ url: await running().createDatabase(), dataDir: '/nowhere' }),
  };
}

/** Tests of one kind of database; where it cannot be had, one that says why. */
export function describeWhereItIs({ name, missing }: Kind, tests: () => void): void {
  if (missing === null) describe(name, tests);
  else test(name, (context) => context.skip(missing));
}

/** A store that is closed with its test. */
export async function open(place: Place, seal = SEAL): Promise<HubStore> {
  const store = await openStore({ ...place, seal, log: SILENT });
  onTestFinished(() => store.close());
  return store;
}

/** What one who can write into the database, and has no secret of the hub, does to it; answers the rows. */
export async function tampered({ url, dataDir }: Place, sql: string): Promise<Record<string, unknown>[]> {
  if (url === null) {
    const db = new Database(join(dataDir, 'hub.db'));
    try {
      const statement = db.prepare<[], Record<string, unknown>>(sql);
      if (statement.reader) return statement.all();
      statement.run();
      return [];
    } finally {
      db.close();
    }
  }
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The product error that a call rejects with. */
export async function refusal(call: Promise<unknown>): Promise<LeadMasterError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof LeadMasterError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

export function tenant(name: string, limits: Partial<TenantRecord['limits']> = {}): TenantRecord {
  return {
    name,
    title: `Tenant ${name}`,
    limits: { sessions: null, keys: null, ...limits },
    sending: 'on',
    createdAt: AT,
  };
}

export function key(id: string, more: Partial<KeyRecord> = {}): KeyRecord {
  const none = { tenant: null, sessions: null, addresses: null, expiresAt: null, lastUsedAt: null };
  return { id, name: `key ${id}`, scopes: ['read', 'send'], createdAt: AT, ...none, ...more };
}

export function machine(name: string): MachineRecord {
  const none: Pick<MachineRecord, 'peerUrl' | 'isDraining' | 'sending' | 'facts' | 'lastSeenAt'> = {
    peerUrl: null,
    isDraining: false,
    sending: 'on',
    facts: null,
    lastSeenAt: null,
  };
  return { name, url: `https://${name}.test`, ...none, createdAt: AT };
}

/** What the store looks at of a session; the rest it keeps as it is. */
export function session(name: string, more: Partial<Session> = {}): Session {
  const unbound = { sending: 'on', sendingOffBy: [], expectedPhone: null, owner: null };
  return { name, state: 'READY', account: null, metadata: {}, generation: 1, ...unbound, ...more } as Session;
}

export function event(id: number, of = 'ventas', data: Record<string, unknown> = {}): AnyEvent {
  return { id, session: of, type: 'session.state', at: AT.toISOString(), data };
}

/** A machine of this name, and the right to read its log for an hour. */
export async function leased(store: HubStore, name = 'm1', holder = 'hub-a'): Promise<Lease> {
  await store.machines.add(machine(name), 'token');
  return claimed(store, name, holder);
}

export async function claimed(store: HubStore, name = 'm1', holder = 'hub-a', seconds = 3600): Promise<Lease> {
  const lease = await store.leases.claim(name, holder, seconds);
  if (lease === null) throw new Error(`${name} is leased to another`);
  return lease;
}

export const LOG = '00000000000000aa';

/** What a reader brings that read these events after a cursor. */
export function news(
  cursor: number,
  events: AnyEvent[],
  sessions: { changed?: Session[]; gone?: string[]; asOf?: Date } = {},
) {
  return {
    from: { logId: cursor === 0 ? null : LOG, cursor },
    to: { logId: LOG, cursor: events.at(-1)?.id ?? cursor },
    events,
    sessions: { changed: sessions.changed ?? [], gone: sessions.gone ?? [] },
    asOf: sessions.asOf ?? AT,
  };
}

export function names(page: { items: readonly Pick<SessionRecord, 'name'>[] }): string[] {
  return page.items.map(({ name }) => name);
}

interface ProcessOptions {
  args?: readonly string[];
  /** What starts it; the command is in `$@`. */
  shell?: string;
}

/** A hub in a process of its own, and what it said. */
export class HubProcess {
  readonly said: string[] = [];
  readonly #child: ChildProcess;

  /** `program` is given the place, the secret and `args`. */
  constructor(program: URL, { url, dataDir }: Place, { args = [], shell = 'exec "$@"' }: ProcessOptions = {}) {
    const all = [process.execPath, fileURLToPath(program), url ?? '', dataDir, SECRET, ...args];
    this.#child = spawn('/bin/sh', ['-c', shell, 'sh', ...all], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#child.stdout !== null) createInterface(this.#child.stdout).on('line', (line) => this.said.push(line));
    onTestFinished(() => this.end('SIGKILL'));
  }

  /** Numbers that were said behind a word. */
  told(word: string): number[] {
    return this.said.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  }

  async until(word: string, count = 1): Promise<void> {
    await vi.waitFor(() => expect(this.told(word).length).toBeGreaterThanOrEqual(count), { interval: 5 });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal?: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'close');
    if (signal !== undefined) this.#child.kill(signal);
    await gone;
  }
}
