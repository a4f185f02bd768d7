import { randomUUID } from 'node:crypto';
import { access, chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESSION_NAME_PATTERN, stateKind } from '@leadmaster/protocol';
import { FakeEngine, type FakeRun } from '@leadmaster/testkit';
import { counted, keysOf, type Target } from '@leadmaster/testkit/fuzz';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { effectiveSettings, readConfig } from '../../src/config/index.ts';
import { createContext } from '../../src/context.ts';
import type { Diagnosis } from '../../src/http/diagnosis.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { putProfile } from '../../test/adopt/profiles.ts';
import { plainCapture } from '../../test/transfer/plain-capture.ts';

const NAMES = ['fuzz-a', 'fuzz_a', 'fuzz.a', 'fuzz.fuzz-a', 'admin'];
/** Names of sessions to come. */
const NEW_NAMES = ['fuzz-1', 'fuzz-2', 'fuzz-3', 'fuzz.4', 'fuzz-5', 'fuzz-found'];
/** Those of them that wait for a scan. */
const UNLINKED = ['fuzz-1', 'fuzz-2'];
/** A session that no request names. */
const UNTOUCHED = 'never-named';
/** A session that is in the trash at first. */
const GONE = 'fuzz-gone';
const PASSPHRASE = 'caballo correcto b';
const PHONES = ['5491100000001', '+54 9 11 0000-0001', '5491100000002'];
const SETTLED_MS = 10_000;
const REST_MS = 2_000;
const AGAIN_MS = 10;
/** A session that is still on its way by then waits for what does not come. */
const CALM_MS = 100;

/** A host whose doctor finds nothing. */
const PLAYED_DIAGNOSIS: Diagnosis = {
  examine: async () => ({ ok: true, findings: [], fixed: [] }),
  report: async () => '# Nothing\n',
};

/** What orders add to. */
const TABLES = ['messages', 'snapshots', 'transfers', 'tombstones'];

/** The account that a session is usually linked to. */
function phoneOf(session: string): string {
  return `54911000000${10 + [...NAMES, ...NEW_NAMES, GONE].indexOf(session)}`;
}

/** What runs may say at any time. */
const NEWS: readonly ((run: FakeRun, chance: number) => void)[] = [
  (run, chance) => run.login(`549110000000${chance % 5}`),
  ...Array.from({ length: 3 }, () => (run: FakeRun) => run.login(phoneOf(run.session))),
  ...Array.from({ length: 3 }, () => (run: FakeRun) => run.showQr()),
  (run) => run.tell({ type: 'passkey', until: null }),
  (run) => run.tell({ type: 'socket_down', state: 'TIMEOUT' }),
  (run) => run.tell({ type: 'socket_up' }),
  (run) => run.tell({ type: 'unlinked', reason: 'LOGOUT' }),
  (run) => run.tell({ type: 'banned' }),
  (run) => run.tell({ type: 'conflict' }),
  () => undefined,
];

/** What a page does that has loaded: it takes the saved login, or shows a QR. */
function comeUp({ alive }: FakeEngine, session: string, isNew: boolean): void {
  const run = alive.findLast((one) => one.session === session);
  if (isNew) run?.showQr();
  else run?.login(phoneOf(session));
}

/** A session manager, real down to the browsers, which are played. */
export interface PlayedManager extends Target {
  url: string;
  /** What the run has damaged; empty when nothing is. */
  damage: () => Promise<string[]>;
  close: () => Promise<void>;
}

/** Starts one on an empty data folder, with some linked sessions. */
export async function playedManager(): Promise<PlayedManager> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-fuzz-'));
  const dataDir = join(folder, 'data');
  const chrome = join(folder, 'chromium');
  await writeFile(chrome, '#!/bin/sh\necho "Chromium 156.0.0.0"\n');
  await chmod(chrome, 0o755);
  const env = {
    ...{ LEADMASTER_DATA_DIR: dataDir, CHROME_PATH: chrome, DISK_MIN_FREE_MB: '1' },
    ...{
      SNAPSHOT_SCHEDULE: 'off',
      SNAPSHOT_AFTER_LOGIN: 'off',
      BACKOFF_FIRST_MS: '20',
      BACKOFF_MAX_S: '0.02',
      START_CONCURRENCY: '16',
    },
  };
  const config = readConfig(env);
  const faults: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
  const engine = new FakeEngine();
  engine.onRun = (run) => {
    run.chatMessages.set(PHONES[0] ?? '', []);
    run.numbers.add(PHONES[0] ?? '');
  };
  engine.onStart = async ({ profileDir, session }) => {
    const isNew = await access(join(profileDir, 'Default')).then(
      () => false,
      () => true,
    );
    if (isNew) await putProfile(profileDir);
    setImmediate(() => comeUp(engine, session, isNew));
  };
  const context = await createContext(config, log, { outside: { engine, capture: plainCapture } });
  const adoptable = join(folder, 'elsewhere', 'session-found');
  await putProfile(adoptable);
  for (const name of [...NAMES, GONE, UNTOUCHED]) await context.sessions.create({ name, metadata: {}, start: true });
  await putProfile(context.paths.session('fuzz-found'));
  await until(() => engine.alive.length === NAMES.length + 2);
  for (const run of engine.alive) run.login(phoneOf(run.session));
  await until(() => context.roster.supervisors().every(({ view }) => view.state === 'READY'));
  const sample = await context.snapshots.create(UNTOUCHED, { reason: 'requested' });
  await context.sessions.delete(GONE);
  const inTrash = await context.trash.list({ limit: 1 });
  const samples = [sample];
  for (const name of NAMES) samples.push(await context.snapshots.create(name, { reason: 'requested' }));
  for (const name of UNLINKED) await context.sessions.create({ name, metadata: {}, start: true });
  const { bytes } = await context.snapshots.export(UNTOUCHED, sample.id, { passphrase: PASSPHRASE });
  const file = Buffer.concat(await Array.fromAsync(bytes));
  await context.sessions.stop(UNTOUCHED);
  await until(() =>
    context.roster.supervisors().some(({ name, view }) => name === UNTOUCHED && view.state === 'STOPPED'),
  );
  const key = context.secrets.adminKey;
  const pending = new Set<Promise<unknown>>();
  const { sessions, snapshots, storage, adoption, trash, departures, arrivals } = context;
  const orders = counted(sessions, pending);
  const app = await createHttpServer({
    ...context,
    ...{ sessions: orders, snapshots: counted(snapshots, pending) },
    ...{ storage: counted(storage, pending), adoption: counted(adoption, pending) },
    trash: counted(trash, pending),
    diagnosis: PLAYED_DIAGNOSIS,
    settings: effectiveSettings({ env, file: null, fromFile: {} }, config),
    ...{ departures: counted(departures, pending), arrivals: counted(arrivals, pending) },
    ...{ config, keys: context.secrets, log },
    ready: () => true,
    timing: { sendDeadlineMs: 20, heartbeatMs: 20 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const lasting = async (): Promise<string> => {
    const { state, desired, generation, account, metadata } = await context.sessions.get(UNTOUCHED);
    return JSON.stringify({ state, desired, generation, account, metadata });
  };
  const untouched = await lasting();
  const rows = new Database(context.paths.database, { readonly: true });

  // Sessions change by themselves, as their runs go; what is there, and what is wanted of it, does not.
  const look = async (): Promise<string> => {
    const sessions = rows.prepare('SELECT name, desired, metadata FROM sessions ORDER BY name').all() as {
      name: string;
    }[];
    const counts = TABLES.map((table) => rows.prepare(`SELECT count(*) AS ${table} FROM ${table}`).get());
    const known = new Set(sessions.map(({ name }) => name));
    const strays = (await readdir(context.paths.tokens)).filter((name) => !known.has(name));
    const trash = (await readdir(context.paths.trash)).filter((name) => !/^\.|-unlinked|-logged_out/.test(name));
    return JSON.stringify([sessions, counts, strays, trash]);
  };
  const isBusy = async (): Promise<boolean> => {
    const { body } = await app.inject({
      url: '/v1/operations?limit=1000',
      headers: { authorization: `Bearer ${key}` },
    });
    return body.includes('"state":"running"');
  };
  /** Whether a session goes from one state to another; those that wait for their page get it. */
  const isOnTheWay = (): boolean => {
    const going = context.roster
      .supervisors()
      .filter(({ view }) => stateKind(view.state, view.reason) === 'transient')
      .map(({ name }) => name);
    for (const run of engine.alive) if (going.includes(run.session)) run.login(phoneOf(run.session));
    return going.length > 0;
  };
  const state = async (): Promise<string | null> => {
    const [calm, deadline] = [performance.now() + CALM_MS, performance.now() + REST_MS];
    for (let before = await look(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      await context.snapshots.idle();
      const now = await look();
      if (now === before && pending.size === 0 && (!isOnTheWay() || performance.now() > calm) && !(await isBusy()))
        return now;
      if (performance.now() > deadline) return null;
      before = now;
    }
  };
  const stir = (chance: number): void => {
    const { alive } = engine;
    const told = alive[chance % alive.length];
    if (told !== undefined) NEWS[Math.floor(chance / alive.length) % NEWS.length]?.(told, chance);
    const resting = NAMES.filter((name) => !engine.alive.some(({ session }) => session === name));
    // What cannot be started, or is not there, stays as it is.
    const next = resting[chance % resting.length];
    if (next !== undefined) void orders.start(next).catch(() => undefined);
  };
  const damage = async (): Promise<string[]> => {
    const last = await lasting();
    const names = (await context.sessions.list()).items.map(({ name }) => name);
    return [
      // The profiles here are made, and hold no login that a drill could open.
      ...faults
        .filter((line) => !line.includes('LeadMasterError') && !line.includes('"msg":"snapshot verified"'))
        .map((line) => `logged: ${line}`),
      ...names
        .filter((name) => !SESSION_NAME_PATTERN.test(name))
        .map((name) => `a session is called ${JSON.stringify(name)}`),
      ...(last === untouched ? [] : [`${UNTOUCHED} was ${untouched} and is ${last}`]),
      ...('polluted' in {} ? ['Object.prototype is polluted'] : []),
    ];
  };
  return {
    ...{ host: '127.0.0.1', port, url: `http://127.0.0.1:${port}`, state, stir, damage },
    // Which managers a session may go to, and which versions of one it may come from.
    stricter: ['transferSession', 'prepareTransfer', 'importSession'],
    keys: keysOf(key),
    secrets: [key, context.secrets.serviceToken, PASSPHRASE],
    files: [file, Buffer.from('no export at all'), Buffer.alloc(0)],
    words: {
      session: [...NAMES, ...NAMES, ...NEW_NAMES, GONE, 'fuzz-none'],
      'x-session': [...NAMES, 'fuzz-none'],
      name: [...NAMES, ...NEW_NAMES],
      sessions: NAMES.map((name) => [name]),
      to: [...PHONES, `${PHONES[0]}@c.us`, '120363000000000001@g.us', 'http://127.0.0.1:9'],
      phone: PHONES,
      chat: [...PHONES, `${PHONES[0]}@c.us`, '120363000000000001@g.us'],
      path: [adoptable, context.paths.session('fuzz-found'), join(folder, 'nothing'), 'Default/Preferences'],
      id: Array.from({ length: 5 }, () => `tr_${randomUUID()}`),
      ...{ version: [1], generation: [1, 2, 7], chromium: ['156.0.0.0', null] },
      entry: [...inTrash.items.map(({ id }) => id), 'fuzz-none'],
      snapshot: [...samples.map(({ id }) => id), 'latest'],
      prefer: ['respond-async', 'RESPOND-ASYNC; a="b, c", wait=5', 'wait=5, return=minimal', 'a=",", respond-async=""'],
      'x-passphrase': [encodeURIComponent(PASSPHRASE)],
    },
    close: async () => {
      rows.close();
      await app.close();
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + SETTLED_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('the manager of the fuzz does not start');
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
