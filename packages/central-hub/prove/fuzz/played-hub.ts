import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, HUB_ROUTES, type Route, SCOPES, type Scope, stateKind } from '@leadmaster/protocol';
import { within } from '@leadmaster/service-kit/wait';
import {
  ADMIN_KEY,
  type FakeRun,
  pageMessage,
  SERVICE_TOKEN,
  startTestManager,
  type TestManager,
} from '@leadmaster/testkit';
import { type KeyKind, keysOf, type Target } from '@leadmaster/testkit/fuzz';
import { expiredKey } from '../../test/expired-key.ts';
import { type RunningHub, startHub } from '../../test/start-hub.ts';

const TENANTS = ['acme', 'ac'] as const;
const OWN_NAMES = ['ventas', 'soporte'];
/** Names of sessions to come. */
const NEW_NAMES = ['nueva', 'otra'];
const PHONE = '5491100000001';
const PASSPHRASE = 'caballo correcto b';
const AGAIN_MS = 25;
const ARRIVE_MS = 250;
/** The same so often in a row: nothing is on its way. */
const LOOKS = 4;
/** A logout takes a snapshot first, which waits for others. */
const PATIENCE_MS = 45_000;
const REST_MS = 3_000;
/** How long orders that are under way are waited for. */
const ORDERS_MS = 10_000;
/** More messages than a fuzz sends. */
const MOST = 100_000;

/** What fails to start is tried again at once, and none waits for another. */
const QUICK = { BACKOFF_FIRST_MS: '20', BACKOFF_MAX_S: '0.02', START_CONCURRENCY: '16' };

/** A hub over one session manager, real down to the browsers, with two tenants. */
export interface PlayedHub extends Target {
  routes: readonly Route[];
  /** What the run has damaged; empty when nothing is. */
  damage: () => string[];
  close: () => Promise<void>;
}

/** What belongs to one tenant, or to the operator, and that no request names: it shows where it is told to another. */
type Markers = Readonly<Record<'ac' | 'acme' | 'operator', string>>;

/** Starts one, with sessions that are linked, and whose names, metadata, accounts and texts hold what cannot be guessed. */
export async function playedHub(): Promise<PlayedHub> {
  const orders = new Set<Promise<unknown>>();
  const timing = { sendDeadlineMs: 50, heartbeatMs: 20 };
  const manager = await startTestManager({ env: QUICK, timing, orders });
  const hub = await startHub({ ratePerSecond: 1e6, wrongKeyWaitMs: 0, timing: { heartbeatMs: 20 } });
  const markers: Markers = { acme: marker(), ac: marker(), operator: marker() };
  const machine = `m${marker()}`;
  const added = await hub.ask('/v1/machines', { body: { name: machine, url: urlOf(manager), token: SERVICE_TOKEN } });
  if (added.status !== 201) throw new Error(added.text);
  playBrowsers(manager, markers);
  for (const tenant of TENANTS) await hub.ask('/v1/tenants', { body: { name: tenant, title: markers[tenant] } });
  const keys = await kinds(hub, markers, { machine, manager });
  await makeSessions(hub, manager, markers);
  const arriving = setInterval(() => bringUp(manager, markers), ARRIVE_MS);
  return {
    ...{ host: '127.0.0.1', port: hub.port, keys, routes: Object.values(HUB_ROUTES) },
    secrets: [ADMIN_KEY, SERVICE_TOKEN, PASSPHRASE],
    files: [Buffer.from('no export at all'), Buffer.alloc(0)],
    patienceMs: PATIENCE_MS,
    // Which managers a session may go to, and which versions of one it may come from.
    stricter: ['transferSession', 'importSession'],
    words: words(),
    state: async () => {
      // An order goes on when its caller has hung up, and a start that is played comes about at its own time.
      await within(ORDERS_MS, Promise.allSettled(orders), null);
      return orders.size > 0 ? null : atRest(() => look(hub, manager));
    },
    stir: (chance) => begun(orders, stir(manager, chance)),
    damage: () => damage(hub),
    async close() {
      clearInterval(arriving);
      await hub.close();
      await manager.close();
    },
  };
}

function urlOf({ port }: TestManager): string {
  return `http://127.0.0.1:${port}`;
}

/** In lower-case letters and digits, so that it can be in a name. */
function marker(): string {
  return `mk${randomBytes(9).toString('hex')}`;
}

function markerOf(session: string, markers: Markers): string {
  const [tenant] = TENANTS.filter((name) => session.startsWith(`${name}.`));
  return markers[tenant ?? 'operator'];
}

/** Each browser is linked as soon as it runs, to an account with the marker; its chats hold texts with it. */
function playBrowsers({ engine, stage }: TestManager, markers: Markers): void {
  engine.onRun = (run) => {
    const text = markerOf(run.session, markers);
    run.chatMessages.set(PHONE, [pageMessage(`id-${text}`, { text })]);
    run.numbers.add(PHONE);
    const account = { ...stage.accountOf(run.session), name: text };
    const isLinked = existsSync(join(run.profileDir, 'Default', 'Local Storage'));
    // A run that has ended meanwhile is not linked.
    setImmediate(() => (isLinked ? tellAccount(run, account) : void stage.scan(run.session, account).catch(() => {})));
  };
}

function tellAccount(run: FakeRun, account: Account): void {
  run.tell({ type: 'authenticated' });
  run.tell({ type: 'ready', account, webVersion: '2.3000.1' });
}

/** Sessions that are on their way arrive: orders that wait for that go on. */
function bringUp({ context, engine, stage }: TestManager, markers: Markers): void {
  const going = context.roster.supervisors().filter(({ view }) => stateKind(view.state, view.reason) === 'transient');
  for (const { name } of going) {
    const run = engine.alive.findLast(({ session }) => session === name);
    if (run !== undefined) tellAccount(run, { ...stage.accountOf(name), name: markerOf(name, markers) });
  }
}

async function makeSessions(hub: RunningHub, manager: TestManager, markers: Markers): Promise<void> {
  const owners = [...TENANTS.map((tenant) => `${tenant}.`), ''];
  for (const prefix of owners) {
    const mark = markerOf(prefix, markers);
    for (const own of [...OWN_NAMES, mark]) {
      const body = { name: `${prefix}${own}`, metadata: { note: mark }, start: false };
      const made = await hub.ask('/v1/sessions', { body });
      if (made.status !== 201) throw new Error(made.text);
      if (own === mark) continue;
      await manager.given(body.name, 'READY');
      tellAccount(await manager.engine.runOf(body.name), { ...manager.stage.accountOf(body.name), name: mark });
      await hub.ask(`/v1/sessions/${body.name}/messages`, { body: { to: PHONE, text: mark } });
      await manager.take(body.name);
    }
  }
}

/** Every kind of key, with what it may not see. */
async function kinds(
  hub: RunningHub,
  markers: Markers,
  { machine, manager }: { machine: string; manager: TestManager },
): Promise<KeyKind[]> {
  const place = [machine, `127.0.0.1:${manager.port}`, manager.dataDir, hub.dataDir];
  const hiddenFrom = (tenant: 'ac' | 'acme'): string[] => [
    ...place,
    ...Object.entries(markers).flatMap(([owner, mark]) => (owner === tenant ? [] : [mark])),
  ];
  const make = async (name: string, weight: number, body: Made): Promise<KeyKind> => {
    const { json, text } = await hub.ask('/v1/keys', { body: { name, ...body } });
    if (json?.key === undefined) throw new Error(text);
    const hidden = body.tenant === undefined ? {} : { hidden: hiddenFrom(body.tenant) };
    return { name, weight, forms: formsOf(json.key), refuses: refusals(body), isPartial: true, ...hidden };
  };
  const [none, wrong, admin] = keysOf(ADMIN_KEY) as [KeyKind, KeyKind, KeyKind];
  const all = [...SCOPES];
  const over = {
    ...{ name: 'expired', weight: 1, hidden: hiddenFrom('acme') },
    ...{ forms: formsOf(await expiredKey(hub.store, 'acme', all)), refuses: none.refuses, isPartial: false },
  };
  return [
    ...[none, wrong, { ...admin, weight: 14 }, over],
    await make('acme, all', 10, { tenant: 'acme', scopes: all }),
    await make('ac, all', 10, { tenant: 'ac', scopes: all }),
    await make('acme, ventas alone', 3, { tenant: 'acme', scopes: all, sessions: ['ventas'] }),
    await make('operator, ventas alone', 1, { scopes: all, sessions: ['ventas'] }),
    ...(await Promise.all(SCOPES.map((scope) => make(`acme, ${scope}`, 1, { tenant: 'acme', scopes: [scope] })))),
    ...(await Promise.all(SCOPES.map((scope) => make(`operator, ${scope}`, 1, { scopes: [scope] })))),
  ];
}

interface Made {
  tenant?: 'ac' | 'acme';
  scopes: readonly Scope[];
  sessions?: readonly string[];
}

function formsOf(key: string): KeyKind['forms'] {
  return [[['authorization', `Bearer ${key}`]], [['x-api-key', key]]];
}

function refusals({ tenant, scopes, sessions }: Made): KeyKind['refuses'] {
  return ({ open, audience, scope, path }) => {
    if (open === true) return null;
    const isOperators = audience === 'operator';
    if (isOperators && (tenant !== undefined || (sessions !== undefined && !path.includes('{session}')))) return [403];
    return scopes.includes(scope) ? null : [403];
  };
}

function words(): Target['words'] {
  const full = TENANTS.flatMap((tenant) => [...OWN_NAMES, ...NEW_NAMES].map((own) => `${tenant}.${own}`));
  return {
    session: [...OWN_NAMES, ...OWN_NAMES, ...OWN_NAMES, ...NEW_NAMES, ...full, 'none'],
    name: [...OWN_NAMES, ...NEW_NAMES, ...full],
    sessions: [['ventas'], ['acme.ventas'], ['ac.nueva']],
    tenant: [...TENANTS, 'a', 'nadie'],
    machine: ['one', 'local'],
    url: ['http://127.0.0.1:9', 'http://10.1.2.3:3001', 'https://127.0.0.1:9'],
    to: [PHONE, `${PHONE}@c.us`, 'http://127.0.0.1:9'],
    ...{ phone: [PHONE], chat: [PHONE, `${PHONE}@c.us`] },
    path: ['/var/lib/none', 'Default/Preferences'],
    key: ['aaaaaaaaaaaa', 'bbbbbbbbbbbb'],
    hub: ['another'],
    ...{ version: [1], generation: [1, 2], chromium: ['156.0.0.0', null] },
    snapshot: ['latest', 'none'],
    prefer: ['respond-async', 'wait=5, return=minimal'],
    'x-passphrase': [encodeURIComponent(PASSPHRASE)],
    'idempotency-key': ['same', 'other'],
  };
}

/** What orders change, on the hub and on its machine. What a session does by itself is not in it. */
async function look({ store }: RunningHub, { context, store: rows }: TestManager): Promise<string> {
  const { items } = await context.sessions.list();
  const sessions = items.map(({ name, desired, metadata }) => ({ name, desired, metadata }));
  const [tenants, keys, machines] = await Promise.all([
    store.tenants.list({ limit: 500 }),
    store.keys.list({ limit: 500 }),
    store.machines.list(),
  ]);
  return JSON.stringify([
    sessions,
    sessions.map(({ name }) => rows.messages.list(name, MOST).length),
    tenants.items,
    keys.items.map(({ lastUsedAt: _used, ...key }) => key),
    machines.map(({ name, url, isDraining }) => ({ name, url, isDraining })),
  ]);
}

function begun(orders: Set<Promise<unknown>>, order: Promise<void>): void {
  orders.add(order);
  void order.finally(() => orders.delete(order));
}

/** What a look finds once it finds the same again and again; null where it does not come to rest. */
async function atRest(find: () => Promise<string>): Promise<string | null> {
  const deadline = performance.now() + REST_MS;
  for (let [last, same] = [await find(), 1]; performance.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    const now = await find();
    same = now === last ? same + 1 : 1;
    last = now;
    if (same >= LOOKS) return now;
  }
  return null;
}

/** What browsers tell at any time, and sessions that were stopped, started again. */
async function stir({ engine, context }: TestManager, chance: number): Promise<void> {
  const run = engine.alive[chance % Math.max(1, engine.alive.length)];
  if (run !== undefined && chance % 3 === 0) run.tell({ type: 'socket_down', state: 'TIMEOUT' });
  if (run !== undefined && chance % 3 === 1) run.tell({ type: 'socket_up' });
  const names = [...TENANTS.map((tenant) => `${tenant}.ventas`), 'ventas'];
  const next = names.find((name) => !engine.alive.some(({ session }) => session === name));
  if (next !== undefined && chance % 3 === 2) await context.sessions.start(next).catch(() => undefined);
}

function damage({ logLines }: RunningHub): string[] {
  const faults = logLines.filter((line) => line.includes('"level":50') || line.includes('"level":60'));
  return [
    ...faults.map((line) => `logged: ${line.slice(0, 600)}`),
    ...('polluted' in {} ? ['Object.prototype is polluted'] : []),
  ];
}
