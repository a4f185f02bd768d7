import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask, quantile, timed, until } from './hub/asking.ts';
import type { MachineOrder } from './hub/served-machine.ts';
import { KEY, type Service, startService, TOKEN } from './hub/service.ts';
import { TenantFollowers } from './hub/tenant-followers.ts';

/** `npm run bench -- hub`: what the hub adds to a session manager. See README.md beside this. */
const USAGE = `hub [--reads N] [--sessions N] [--followers N] [--seconds N] [--rate N] [--settle N] [--output FILE]
  --reads N      reads of one session on each side, in turn (2000)
  --sessions N   sessions of the list, ten to a tenant, on two machines (10000)
  --followers N  tenants that follow their events (1000)
  --seconds N    how long pages are read while events come (30)
  --rate N       events a second, of both machines together (200)
  --settle N     seconds before memory is measured, and while it is (10)`;
const MACHINES = 2;
const PER_TENANT = 10;
const PAGE = 100;
const MB = 2 ** 20;

const { values } = parseArgs({
  options: {
    reads: { type: 'string', default: '2000' },
    sessions: { type: 'string', default: '10000' },
    followers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    settle: { type: 'string', default: '10' },
    output: { type: 'string', default: join(import.meta.dirname, 'results/hub.json') },
  },
});
const numbers = [values.reads, values.sessions, values.followers, values.seconds, values.rate, values.settle].map(
  Number,
);
const [reads = 0, sessions = 0, followers = 0, seconds = 0, rate = 0, settle = 0] = numbers;
if (!numbers.every((number) => number > 0) || followers * PER_TENANT > sessions) {
  console.error(USAGE);
  process.exit(2);
}

/** One figure, and what it is to be at most. */
interface Figure {
  what: string;
  value: number;
  unit: string;
  goal: number | null;
}

/** The memory of both services in one process with no session. */
async function atRest(): Promise<Figure[]> {
  await using both = await startService('start');
  await sleep(settle * 1000);
  return [{ what: 'both services at rest', value: (await both.pss()) / MB, unit: 'MB', goal: 160 }];
}

/** A session as it is, read through the hub and from its manager in turn. */
async function readsOf(hub: Service, manager: Service): Promise<Figure[]> {
  const body = { name: 'real', url: `http://127.0.0.1:${manager.managerPort}`, token: TOKEN };
  await ask({ port: hub.hubPort, key: KEY, path: '/v1/machines', body });
  await ask({ port: hub.hubPort, key: KEY, path: '/v1/sessions', body: { name: 'bench', start: false } });
  const [through, alone]: [number[], number[]] = [[], []];
  const path = '/v1/sessions/bench';
  for (let at = -reads / 10; at < reads; at += 1) {
    const [one, other] = [
      await timed({ port: hub.hubPort, key: KEY, path }),
      await timed({ port: manager.managerPort, key: KEY, path }),
    ];
    if (at < 0) continue;
    through.push(one);
    alone.push(other);
  }
  const [a, b] = [quantile(through, 0.5), quantile(alone, 0.5)];
  return [
    { what: 'read through the hub, median', value: a, unit: 'ms', goal: null },
    { what: 'read of the manager alone, median', value: b, unit: 'ms', goal: null },
    { what: 'what the hub adds at the median', value: a - b, unit: 'ms', goal: 1 },
  ];
}

/** Pages of the list while events come and tenants follow. */
async function pagesOf(hub: Service, manager: Service): Promise<Figure[]> {
  const { hubPort: port } = hub;
  const tenants = Array.from({ length: Math.ceil(sessions / PER_TENANT) }, (_, at) => `t${at}`);
  const names = tenants.flatMap((name) => Array.from({ length: PER_TENANT }, (_, at) => `${name}.s${at}`));
  const keys = await keysOf(port, tenants);
  const machines = await machinesOf(hub, manager, names);
  try {
    await until('the hub knows all sessions', async () =>
      (await lastPage(port)).includes(names.toSorted().at(-1) ?? ''),
    );
    await sleep(settle * 1000);
    const before = await memory(hub);
    const streams = new TenantFollowers();
    await streams.open(port, keys.slice(0, followers));
    await sleep(settle * 1000);
    const after = await memory(hub);
    const began = { events: streams.events, at: performance.now() };
    const samples = await pages(port, names);
    const told = (streams.events - began.events) / ((performance.now() - began.at) / 1000);
    const { ended } = streams;
    streams.close();
    if (ended > 0) throw new Error(`${ended} streams ended by themselves`);
    const each = (bytes: number): number => bytes / followers / 1024;
    return [
      {
        what: `page of ${PAGE} of ${names.length} sessions, p99 of ${samples.length}`,
        value: quantile(samples, 0.99),
        unit: 'ms',
        goal: 50,
      },
      { what: 'the same, median', value: quantile(samples, 0.5), unit: 'ms', goal: null },
      { what: `events told to ${followers} followers`, value: told, unit: 'a second', goal: null },
      { what: 'heap of each follower', value: each(after.heap - before.heap), unit: 'kB', goal: 10 },
      { what: 'proportional set size of each follower', value: each(after.pss - before.pss), unit: 'kB', goal: null },
    ];
  } finally {
    for (const machine of machines) machine.disconnect();
  }
}

async function keysOf(port: number, tenants: readonly string[]): Promise<string[]> {
  const keys: string[] = [];
  for (const tenant of tenants) {
    await ask({ port, key: KEY, path: '/v1/tenants', body: { name: tenant } });
    if (keys.length >= followers) continue;
    const body = { name: 'bench', tenant, scopes: ['read'] };
    keys.push((await ask<{ key: string }>({ port, key: KEY, path: '/v1/keys', body })).key);
  }
  return keys;
}

/** Machines that are served, each with its share of the sessions and of the rate. */
async function machinesOf(hub: Service, manager: Service, names: readonly string[]): Promise<ChildProcess[]> {
  const real = { port: manager.managerPort, key: KEY };
  const session = await ask<MachineOrder['session']>({ ...real, path: '/v1/sessions/bench' });
  const facts = await ask<MachineOrder['facts']>({ ...real, path: '/v1/machine' });
  const machines: ChildProcess[] = [];
  for (let at = 0; at < MACHINES; at += 1) {
    const child = fork(join(import.meta.dirname, 'hub/served-machine.ts'));
    machines.push(child);
    const [served] = (await once(child, 'message')) as [number];
    const own = names.filter((_, index) => Math.floor(index / PER_TENANT) % MACHINES === at);
    const ordered = once(child, 'message');
    child.send({ session, facts, names: own, rate: rate / MACHINES } satisfies MachineOrder);
    await ordered;
    const body = { name: `served-${at}`, url: `http://127.0.0.1:${served}`, token: TOKEN };
    await ask({ port: hub.hubPort, key: KEY, path: '/v1/machines', body });
  }
  return machines;
}

/** Reads pages from changing places for so many seconds. */
async function pages(port: number, names: readonly string[]): Promise<number[]> {
  const samples: number[] = [];
  const deadline = performance.now() + seconds * 1000;
  for (let at = 0; performance.now() < deadline; at += 1) {
    const after = names[(at * 7919) % names.length] ?? '';
    samples.push(await timed({ port, key: KEY, path: `/v1/sessions?limit=${PAGE}&after=${after}` }));
    await sleep(20);
  }
  return samples;
}

async function lastPage(port: number): Promise<string> {
  let [text, after] = ['', ''];
  for (;;) {
    const path = `/v1/sessions?limit=500${after === '' ? '' : `&after=${after}`}`;
    const page = await ask<{ cursor: string | null }>({ port, key: KEY, path });
    text = JSON.stringify(page);
    if (page.cursor === null) return text;
    after = page.cursor;
  }
}

/** The least of some samples: what is left after collections of garbage. */
async function memory(hub: Service): Promise<{ heap: number; pss: number }> {
  const samples: { heap: number; pss: number }[] = [];
  for (const deadline = performance.now() + settle * 1000; samples.length === 0 || performance.now() < deadline; ) {
    const text = await ask<string>({ port: hub.hubPort, key: KEY, path: '/metrics' });
    const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    const heap = metric('nodejs_heap_size_used_bytes') + metric('nodejs_external_memory_bytes');
    samples.push({ heap, pss: await hub.pss() });
    await sleep(500);
  }
  return { heap: Math.min(...samples.map((each) => each.heap)), pss: Math.min(...samples.map((each) => each.pss)) };
}

function line({ what, value, unit, goal }: Figure): string {
  const verdict = goal === null ? '' : `  goal ${goal}: ${value <= goal ? 'reached' : 'not reached'}`;
  return `${what}: ${value.toFixed(2)} ${unit}${verdict}`;
}

const figures = await atRest();
{
  await using manager = await startService('session-manager');
  await using hub = await startService('hub');
  figures.push(...(await readsOf(hub, manager)));
  figures.push(...(await pagesOf(hub, manager)));
}
for (const figure of figures) console.log(line(figure));
mkdirSync(dirname(values.output), { recursive: true });
writeFileSync(values.output, `${JSON.stringify({ benchmark: 'hub', at: new Date(), values, figures }, null, 2)}\n`);
