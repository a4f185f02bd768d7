import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type AnyEvent,
  answerForTenant,
  eventForTenant,
  ownName,
  ROUTES,
  type RouteId,
  session,
} from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { type Served, serve } from './serve.ts';

const NAME = 'acme.ventas';
const AT = `/v1/sessions/${NAME}`;
const PASSPHRASE = { 'x-passphrase': 'caballo-bateria-grapa' };
const BYTES = { 'content-type': 'application/octet-stream', ...PASSPHRASE };

const STATES = ['UNCLAIMED', 'LINKED', 'QR_REQUIRED', 'READY', 'WRONG_ACCOUNT', 'ERROR', 'MOVED'] as const;
/** What a tenant reads of a session. */
const LOOKS = [
  ...(['getSession', 'listSessions', 'checkSession', 'getStorage', 'getQr', 'listTransitions'] as const),
  ...(['getCapabilities', 'listSnapshots', 'listOperations', 'listMessages'] as const),
];

async function expectState({ ask }: Served, state: string, name = NAME): Promise<void> {
  expect(session.parse((await ask(`/v1/sessions/${name}`)).json)).toMatchObject({ name, state });
}

describe('a session of a tenant', () => {
  test('is made, linked, copied, brought back and deleted under its whole name, in every place', async () => {
    const manager = await serve();
    const { ask, dataDir, given } = manager;
    const made = await ask('/v1/sessions', { body: { name: NAME, metadata: { plan: 'pro' } } });
    expect([made.status, made.json.name, made.headers.location]).toEqual([201, NAME, AT]);
    await given(NAME, 'QR_REQUIRED');
    expect((await ask(`${AT}/qr`)).json.attempt).toBeGreaterThan(0);
    await given(NAME, 'READY');
    expect(existsSync(join(dataDir, 'tokens', NAME))).toBe(true);
    expect(await readdir(join(dataDir, 'locks/sessions'))).toContain(`${NAME}.lock`);
    expect((await ask('/metrics')).text).toContain(`session="${NAME}"`);

    const taken = await ask(`${AT}/snapshots`, { method: 'POST' });
    expect([taken.status, taken.json.session]).toEqual([201, NAME]);
    expect((await ask(`${AT}/snapshots/${taken.json.id}/verify`, { method: 'POST' })).json.ok).toBe(true);
    await given(NAME, 'STOPPED');
    const restored = await ask(`${AT}/snapshots/${taken.json.id}/restore`, { body: { overwriteNewer: true } });
    expect([restored.status, restored.json.generation]).toEqual([200, 2]);
    expect((await readdir(join(dataDir, 'trash'))).every((each) => each.startsWith(`${NAME}-20`))).toBe(true);

    expect((await ask(AT, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(AT)).status).toBe(404);
    expect((await ask('/v1/recover')).json.items).toMatchObject([{ session: NAME, isHere: false }]);
    const { items } = (await ask('/v1/events?limit=1000')).json as { items: { session: string | null }[] };
    expect(new Set(items.map((event) => event.session ?? NAME))).toEqual(new Set([NAME]));
  });

  test('comes back from the trash, and a folder that lies in its place is adopted', async () => {
    const manager = await serve();
    const { ask, dataDir, given } = manager;
    await given(NAME, 'LINKED');
    await given(NAME, 'STOPPED');
    await ask(AT, { method: 'DELETE' });
    const [trashed = ''] = (await readdir(join(dataDir, 'trash'))).filter((each) => !each.endsWith('.json'));
    await rename(join(dataDir, 'trash', trashed), join(dataDir, 'tokens', NAME));
    await expectState(manager, 'UNCLAIMED');
    const adopted = await ask('/v1/sessions/adopt', { body: { name: NAME, originRetired: true } });
    expect([adopted.status, adopted.json.state, adopted.json.account?.phone]).toEqual([
      201,
      'STOPPED',
      expect.any(String),
    ]);
  });

  test('is exported, and imported on another machine under its name', async () => {
    const { ask, given, take } = await serve();
    await given(NAME, 'LINKED');
    const { id } = await take(NAME);
    const file = await ask(`${AT}/snapshots/${id}/export`, { headers: PASSPHRASE });
    expect(file.headers['content-disposition']).toBe(`attachment; filename="${NAME}-${id}.lmx"`);
    const there = await serve();
    const imported = await there.ask(`${AT}/import`, { headers: BYTES, body: file.body });
    expect([imported.status, imported.json.name]).toEqual([201, NAME]);
  });

  test('is transferred; where its name is taken, it stays', async () => {
    const here = await serve();
    const KEY = 'a-key-of-the-other-manager';
    const there = await serve({ env: { LEADMASTER_ADMIN_KEY: KEY }, firstPhone: 40 });
    const body = { to: `http://127.0.0.1:${there.port}`, key: KEY };
    await here.given(NAME, 'LINKED');
    await there.given(NAME, 'STOPPED');
    const refused = await here.ask(`${AT}/transfer`, { body });
    expect([refused.status, refused.json.code]).toEqual([502, 'transfer_failed']);
    expect(session.parse((await here.ask(AT)).json).state).not.toBe('MOVED');
    await there.ask(AT, { method: 'DELETE', key: KEY });
    const moved = await here.ask(`${AT}/transfer`, { body });
    expect([moved.status, moved.json.state]).toEqual([200, 'MOVED']);
    expect((await there.sessions.get(NAME)).account).not.toBeNull();
  });

  test('is another one than those whose names look alike: nothing done to it touches them', async () => {
    const manager = await serve();
    const { ask, given, take } = manager;
    const alike = ['ventas', 'acme', 'acme-ventas', 'acme_ventas', 'acm.e-ventas'];
    for (const name of [NAME, ...alike]) await given(name, 'READY');
    for (const name of [NAME, ...alike]) await take(name);
    await given(NAME, 'STOPPED');
    expect((await ask(`${AT}?purge=true`, { method: 'DELETE' })).status).toBe(204);
    for (const name of alike) {
      await expectState(manager, 'READY', name);
      const { items } = (await ask(`/v1/sessions/${name}/snapshots`)).json;
      expect(items.map((each: { session: string }) => each.session)).toEqual([name]);
    }
    expect((await ask(`${AT}/snapshots`)).status).toBe(404);
    expect((await ask('/v1/sessions')).json.items.map(({ name }: { name: string }) => name)).toEqual(alike.sort());
  });

  test('is told the rule where its name is none, and nothing is made', async () => {
    const { ask, fingerprint } = await serve();
    const before = await fingerprint();
    for (const name of ['a.b.c', 'acme.', '.ventas', 'a_b.ventas', 'Acme.ventas', `${'t'.repeat(32)}.a`]) {
      const { status, json } = await ask('/v1/sessions', { body: { name } });
      expect([status, json.code]).toEqual([400, 'invalid_session_name']);
      expect(json.hint).toContain('as in acme.ventas');
      expect((await ask(`/v1/sessions/${name}`)).json.code).toBe('invalid_session_name');
    }
    expect(await fingerprint()).toBe(before);
  });

  test('is told to its tenant, in each state, without a path, a machine, a command or another name', async () => {
    const { ask, dataDir, engine, given, take } = await serve();
    await given('caja', 'READY');
    const told: unknown[] = [];
    const tell = async (name: string, id: RouteId, how: Parameters<typeof ask>[1] = {}): Promise<void> => {
      const { status, json } = await ask(ROUTES[id].path.replace('{session}', name), how);
      told.push({ name: ownName(name), id, status, body: answerForTenant(ROUTES[id], 'acme', { status, body: json }) });
    };
    for (const state of STATES) {
      const name = `acme.s-${state.toLowerCase()}`;
      await given(name, state);
      if (state === 'READY') await take(name);
      for (const id of LOOKS) await tell(name, id);
      for (const id of ['createSnapshot', 'startSession', 'logoutSession'] as const)
        await tell(name, id, { method: 'POST' });
    }
    await tell('acme.nada', 'getSession');
    await tell('caja', 'getSession');
    const { items } = (await ask('/v1/events?limit=1000')).json as { items: AnyEvent[] };
    const events = items.map((event) => eventForTenant(event, 'acme')).filter((event) => event !== null);
    expect(events.length).toBeGreaterThan(20);
    expect(engine.alive.length).toBeGreaterThan(1);
    const text = JSON.stringify([told, events]);
    for (const never of [dataDir, hostname(), 'acme', './leadmaster', '/tokens', 'pid '])
      expect(text).not.toContain(never);
    // Asked for by its name, it is as absent as what never was.
    expect(text.replace('"name":"caja"', '')).not.toContain('caja');
    expect(text).toContain('"name":"s-ready","state":"READY"');
    expect(text).toContain('Use POST /v1/sessions/s-');
    const statuses = new Set(told.map((each) => (each as { status: number }).status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 202, 404, 409]));
  });
});
