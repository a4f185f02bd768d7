import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { startStandin, type World } from '../src/index.ts';
import { Bench, until } from './browser.ts';

const bench = new Bench();
const children: ChildProcessWithoutNullStreams[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  await bench.end();
});

const ANA = '5491100000001';
const BETO = '5491100000002';
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

async function call<T>(url: string, body?: unknown): Promise<{ status: number; body: T }> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as T };
}

async function standalone(...flags: string[]): Promise<{
  child: ChildProcessWithoutNullStreams;
  ready: Pick<World, 'chromeArgs' | 'chromeArgsText' | 'controlUrl'>;
}> {
  const child = spawn(process.execPath, ['--disable-sigusr1', MAIN, ...flags]);
  children.push(child);
  child.stderr.resume();
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, ready: JSON.parse(String(line)) };
}

function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

test('everything a phone can do is done over HTTP', async () => {
  const world = await bench.world();
  const { controlUrl } = world;
  const past = { with: BETO, text: 'de antes', atMs: Date.now() - 86_400_000, isOwn: false };
  await call(`${controlUrl}/phones/${ANA}/remember`, { letters: [past] });
  const session = bench.start(world, await bench.profile());
  const qr = await session.event<string>('qr');
  const scanned = await call<{ id: number }>(`${controlUrl}/phones/${ANA}/scan`, { qr });
  expect(scanned).toMatchObject({ status: 200, body: { id: 1, online: true } });
  await session.ready();
  expect(await world.phone(ANA).stored(BETO)).toMatchObject([{ body: 'de antes' }]);
  const late = await call<{ error: { code: string } }>(`${controlUrl}/phones/${ANA}/scan`, { qr });
  expect(late).toMatchObject({ status: 409, body: { error: { code: 'stale_qr' } } });

  await call(`${controlUrl}/phones/${BETO}`, { name: 'Beto' });
  await call(`${controlUrl}/phones/${BETO}/send`, { to: ANA, text: 'por HTTP' });
  await session.event('message');
  const inbox = await call<{ body: string }[]>(`${controlUrl}/phones/${ANA}/inbox`);
  expect(inbox.body).toMatchObject([{ body: 'de antes' }, { body: 'por HTTP', from: BETO }]);
  const isOnline = (): boolean => world.phone(ANA).devices.some(({ online }) => online);
  await call(`${controlUrl}/phones/${ANA}/disconnect`, { forMs: 3_600_000 });
  await until(() => !isOnline(), 'the line to be cut');
  await call(`${controlUrl}/phones/${ANA}/reconnect`, {});
  await until(isOnline, 'the line to come back');
  expect((await call(`${controlUrl}/bulk`, { number: ANA, bytes: 40_960 })).body).toMatchObject({ rows: 10 });

  const before = world.observed.length;
  const news = `${controlUrl}/observed?after=${before}`;
  const waiting = call<{ type: string }[]>(`${news}&wait=5000`);
  await call(`${controlUrl}/phones/${ANA}/unlink`, {});
  // A page that has just come back may be told of first.
  expect((await waiting).body.length).toBeGreaterThan(0);
  expect((await call(news)).body).toContainEqual(expect.objectContaining({ type: 'unlinked', phone: ANA }));
  expect((await call(`${controlUrl}/phones/${ANA}/devices`)).body).toEqual([]);
});

test('media, polls, votes, groups and hidden numbers over HTTP', async () => {
  const world = await bench.world();
  const phones = `${world.controlUrl}/phones`;
  const hidden = await call(`${phones}/${BETO}`, { hidden: true });
  expect(hidden.body).toMatchObject({ hidden: true, lid: world.phone(BETO).lid });
  await call(`${phones}/${BETO}/send-media`, { to: ANA, mimetype: 'text/plain', data: 'aG9sYQ==', filename: 'a.txt' });
  const poll = await call<{ id: string }>(`${phones}/${BETO}/send-poll`, { to: ANA, name: 'Tea?', options: ['yes'] });
  await call(`${phones}/${ANA}/vote`, { poll: poll.body.id, options: ['yes'] });
  const group = await call<{ id: string }>(`${phones}/${BETO}/create-group`, { subject: 'Us', others: [ANA] });
  await call(`${phones}/${BETO}/send`, { to: group.body.id, text: 'all of you', ciphertextMs: 5 });
  const inbox = await call(`${phones}/${ANA}/inbox`);
  expect(inbox.body).toMatchObject([
    { media: { type: 'document', filename: 'a.txt', size: 4, stored: { bytes: 4 } } },
    { poll: { name: 'Tea?', options: ['yes'] } },
    { to: group.body.id, body: 'all of you', ciphertextMs: 5 },
  ]);
  expect(world.observed.find(({ type }) => type === 'vote')).toMatchObject({ phone: ANA, detail: { to: BETO } });
  const kept = await bench.world({ state: world.exportState([ANA]) });
  await kept.phone(ANA).send(group.body.id, 'still there');
  expect(kept.phone(BETO).inbox.at(-1)).toMatchObject({ body: 'still there', to: group.body.id });
  expect((await call(`${phones}/${ANA}/vote`, { poll: 'none', options: [] })).status).toBe(400);
});

test('faults and settings are changed over HTTP, and nonsense is answered as such', async () => {
  const world = await bench.world();
  const { controlUrl } = world;
  await call(`${controlUrl}/faults`, { outage: 'page_unreachable' });
  expect(await refuses(world.port)).toBe(true);
  await call(`${controlUrl}/faults`, { outage: 'none' });
  expect(await refuses(world.port)).toBe(false);
  await call(`${controlUrl}/configure`, { qr: { firstMs: 5 }, sync: 'slow' });
  expect(world.settings).toMatchObject({ qr: { firstMs: 5, count: 6 }, sync: 'slow' });
  const state = await call(`${controlUrl}/state`);
  expect(state.body).toMatchObject({ chromeArgsText: world.chromeArgsText, faults: { outage: 'none' } });

  expect((await call(`${controlUrl}/faults`, { outage: 'earthquake' })).status).toBe(400);
  expect((await call(`${controlUrl}/faults`, { otuage: 'none' })).status).toBe(400);
  expect((await call(`${controlUrl}/configure`, { sync: 1 })).status).toBe(400);
  expect((await call(`${controlUrl}/phones/not-a-number`)).status).toBe(400);
  expect((await call(`${controlUrl}/phones/${ANA}/scan`, {})).status).toBe(400);
  expect((await call(`${controlUrl}/phones/${ANA}/remember`, { letters: [{ with: BETO }] })).status).toBe(400);
  expect((await call(`${controlUrl}/phones/${ANA}/unlink`, {})).status).toBe(409);
  expect((await call(`${controlUrl}/nowhere`)).status).toBe(404);
});

test('alone it prints where it is, and ends in order on SIGTERM, SIGINT, SIGHUP and with its parent, not on SIGUSR1 or SIGUSR2', async () => {
  for (const end of ['SIGTERM', 'SIGINT', 'SIGHUP', 'stdin'] as const) {
    const { child, ready } = await standalone('--exit-with-parent', '--script-bytes', '1000');
    expect(ready.chromeArgsText).toContain('--no-proxy-server');
    child.kill('SIGUSR1');
    child.kill('SIGUSR2');
    expect((await call(`${ready.controlUrl}/state`)).status).toBe(200);
    if (end === 'stdin') child.stdin.end();
    else child.kill(end);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await refuses(Number(new URL(ready.controlUrl).port))).toBe(true);
  }
});

test('every order to a page is a route, and says when there is no page or the order makes no sense', async () => {
  const world = await bench.world();
  const { controlUrl } = world;
  const order = (name: string, body: unknown) => call<unknown>(`${controlUrl}/phones/${ANA}${name}`, body);
  const offline = await Promise.all([
    order('/reload', {}),
    order('/erase', { code: 0 }),
    order('/state', { state: 'PROXYBLOCK' }),
    order('/tos', { tos: 1 }),
    order('/passkey', {}),
  ]);
  expect(offline.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
  const wrong = await Promise.all([
    order('/erase', { code: 4 }),
    order('/state', { state: 'TIMEOUT' }),
    order('/tos', { tos: 9 }),
    order('/timelock', { untilMs: 'tomorrow' }),
    order('/capping', { status: 'FULL' }),
  ]);
  expect(wrong.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  await order('', { passkey: true });
  await order('/timelock', { untilMs: Date.now() + 60_000 });
  await order('/capping', { status: 'CAPPED', used: 50, total: 50 });
  expect(world.phone(ANA)).toMatchObject({ passkey: true, limits: { capping: { status: 'CAPPED' } } });
  await order('/timelock', {});
  expect(world.phone(ANA).limits.timelock).toBeNull();
});

test('alone it prints the table of drifts, takes some, and refuses one that does not exist', async () => {
  const run = (...flags: string[]) => promisify(execFile)(process.execPath, [MAIN, ...flags]);
  expect((await run('--drift', 'list')).stdout).toContain('| `passkey` | terminal: PASSKEY_REQUIRED');
  await expect(run('--drift', 'paskey')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('passkey') });
  await expect(run('--page', 'may')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('april') });
  const { ready } = await standalone(
    '--page',
    'april',
    '--drift',
    'passkey',
    '--drift',
    'capping=NONE',
    '--speed',
    '2.5',
  );
  const { body } = await call<{ settings: unknown }>(`${ready.controlUrl}/state`);
  expect(body.settings).toMatchObject({
    page: { date: 'april', schema: 194, drifts: ['passkey', 'capping=NONE'], speed: 2.5 },
  });
});

test('accounts, logins and messages outlive a restart of the stand-in', async () => {
  const stateFile = join(await bench.folder(), 'state.json');
  const first = await bench.world({ stateFile });
  const profile = await bench.profile();
  const session = await bench.link(first, ANA, profile);
  await session.client.sendMessage(`${BETO}@c.us`, 'antes');
  await first.waitFor('message');
  await session.stop();
  await first.phone(BETO).send(ANA, 'queued');
  const port = first.port;
  await first.close();

  const second = await bench.world({ stateFile, port });
  expect(second.chromeArgsText).toBe(first.chromeArgsText);
  expect(second.phone(BETO).inbox).toMatchObject([{ body: 'antes' }]);
  const again = bench.start(second, profile);
  await again.ready();
  expect(again.count('qr')).toBe(0);
  await until(() => second.phone(ANA).devices[0]?.queued === 0, 'the queue to be delivered');
  expect(second.observed.some((entry) => entry.type === 'rollback' || entry.type === 'duplicate')).toBe(false);
});

test('a closed stand-in leaves neither port nor timer', async () => {
  const world = await startStandin();
  world.phone(ANA);
  const port = world.port;
  const controlPort = Number(new URL(world.controlUrl).port);
  await world.close();
  expect(await refuses(port)).toBe(true);
  expect(await refuses(controlPort)).toBe(true);
  await world.close();
});
