import { auditOf, HUB_ROUTES, type Route } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import { type Ask, type HubWorld, hubOver } from '../hub.ts';

/** Names that are of the right form; of what they name there is nothing, but the tenant's one session. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ session: 'acme.ventas', snapshot: '20260101T000000Z-aaaaaa', message: 'none', tenant: 'none', machine: 'none' },
  ...{ key: 'nonenonenone', operation: 'op_none', entry: 'none', hub: 'none', link: 'none' },
};

const CHANGES = Object.values<Route>(HUB_ROUTES).filter(
  (route) => auditOf(route) !== null && route.method !== 'GET' && route.open !== true,
);

/** A request of each route that is read, finds nothing to do, and changes nothing. */
function askOf({ path, method, bytes }: Route): [path: string, ask: Ask] {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => NAMES[name] as string);
  const headers = {
    'x-session': 'acme.ventas',
    ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
  };
  return [filled, { method, headers, ...(method === 'DELETE' ? {} : { body: bytes === undefined ? {} : 'no file' }) }];
}

async function lines({ ask }: Pick<HubWorld, 'ask'>, query = '') {
  const { json, text } = await ask(`/v1/audit?limit=500${query}`);
  expect(json?.items, text).toBeInstanceOf(Array);
  return json.items;
}

const last = async (hub: Pick<HubWorld, 'ask'>) => (await lines(hub)).at(-1);

describe('the audit of a hub', () => {
  test('has a line of every route that changes something, asked by a key that may and by one that may not', {
    timeout: 60_000,
  }, async () => {
    const world = await hubOver(['one'], { ratePerSecond: 1e6 });
    const key = await world.tenant('acme', ['read']);
    const wrong: unknown[] = [];
    for (const route of CHANGES) {
      const [path, ask] = askOf(route);
      for (const by of [undefined, key]) {
        const before = (await last(world))?.id ?? 0;
        const answer = await world.ask(path, { ...ask, ...(by === undefined ? {} : { key: by }) });
        const [line, ...more] = (await lines(world, `&after=${before}`)).filter(
          ({ id }: { id: number }) => id > before,
        );
        const actor = by === undefined ? 'operator' : `key:${by.split('_')[1]}`;
        const done = answer.status === 202 ? 'accepted' : 'ok';
        const code = answer.status < 400 ? done : answer.json?.code?.toLowerCase();
        const isRight = line?.action === route.id && line.actor === actor && line.result === code && more.length === 0;
        if (!isRight) wrong.push([route.id, by === undefined ? 'operator' : 'tenant', answer.status, code, line, more]);
      }
    }
    expect(wrong).toEqual([]);
    expect((await world.ask('/v1/audit/verify')).json).toMatchObject({ ok: true, problems: [] });
  });

  test('tells who, what, on what and from where, and names what was made', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('acme');
    const id = key.split('_')[1];
    await world.ask('/v1/sessions', { key, body: { name: 'ventas', start: false } });
    expect((await lines(world)).slice(-3)).toMatchObject([
      { actor: 'operator', action: 'createTenant', target: 'tenant:acme', tenant: 'acme', result: 'ok' },
      { actor: 'operator', action: 'createKey', target: `tenant:acme key:${id}`, tenant: 'acme', result: 'ok' },
      {
        ...{ actor: `key:${id}`, action: 'createSession', target: 'session:acme.ventas', from: '127.0.0.1' },
        ...{ tenant: 'acme', session: 'acme.ventas', detail: { start: false }, result: 'ok' },
      },
    ]);
    await world.ask('/v1/sessions/ventas?purge=true', { method: 'DELETE', key });
    expect(await last(world)).toMatchObject({ action: 'deleteSession', detail: { purge: true }, result: 'ok' });
    expect((await lines(world, '&session=acme.ventas')).length).toBe(2);
    expect(await lines(world, '&tenant=beta')).toEqual([]);
  });

  test('tells what came of a long call that was answered at once, in the place of its begin', async () => {
    const world = await hubOver(['one', 'two']);
    const { one } = world.managers;
    await one?.given('ventas', 'LINKED');
    await one?.given('nueva', 'STOPPED');
    for (const name of ['ventas', 'nueva']) await world.until(name, 'STOPPED');
    const headers = { prefer: 'respond-async' };
    const begun = [
      await world.ask('/v1/sessions/ventas/snapshots', { body: {}, headers }),
      await world.ask('/v1/sessions/nueva/snapshots', { body: {}, headers }),
      await world.ask('/v1/sessions/nueva/move', { body: { machine: 'two' }, headers }),
      await world.ask('/v1/sessions/ventas/move', { body: { machine: 'two' }, headers }),
    ];
    expect(begun.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const ids = begun.map(({ json }) => json.id);
    const told = async () => {
      const all: { target: string; result: string }[] = await lines(world);
      return ids.map((id) =>
        all.filter(({ target }) => target.includes(`operation:${id}`)).map(({ result }) => result),
      );
    };
    await expect
      .poll(told, { timeout: 20_000 })
      .toEqual([['ok'], ['nothing_to_snapshot'], ['nothing_to_snapshot'], ['ok']]);
    const every: { id: number; begun: number; target: string; result: string }[] = await lines(world, '&all=true');
    const chain: string[] = [];
    for (let line = every.findLast(({ target }) => target.includes(ids[3])); line !== undefined; ) {
      chain.push(line.result);
      const { begun: earlier } = line;
      line = every.find(({ id }) => id === earlier);
    }
    expect(chain).toEqual(['ok', 'accepted', 'begun']);
    expect((await world.ask('/v1/audit/verify')).json).toMatchObject({ ok: true, problems: [] });
  });

  test('tells of a long call whose machine no longer knows it, that no service can tell', async () => {
    const world = await hubOver(['one']);
    const line = { actor: 'operator', action: 'createSnapshot', from: null, tenant: null, detail: {}, begun: null };
    const accepted = { ...line, session: 'ventas', result: 'accepted', target: 'session:ventas operation:op_lost' };
    await world.store.operations.put({
      ...{ id: 'op_lost', machine: 'one', keyId: null, tenant: null, session: 'ventas', startedAt: new Date() },
    });
    await world.store.audit.append(accepted);
    await expect.poll(async () => (await last(world))?.result, { timeout: 10_000 }).toBe('operation_not_found');
    const [first] = (await world.store.audit.page({ after: 0, limit: 100, all: true })).items.slice(-2);
    if (first === undefined) throw new Error('it was written');
    expect(await world.store.audit.settle(first, 'ok')).toBeNull();
  });

  test('has no text, no number, no token and no key in it', async () => {
    const world = await hubOver(['one'], { ratePerSecond: 1e6 });
    const key = await world.tenant('acme');
    const secrets = ['5491155550000', 'a secret text', 'secret-token', 'secret title', 'passphrase-of-12', key];
    await world.ask('/v1/sessions', { key, body: { name: 'ventas', start: false, metadata: { note: secrets[1] } } });
    const below = '/v1/sessions/ventas';
    await world.ask(`${below}/messages`, { key, body: { to: secrets[0], text: secrets[1] } });
    await world.ask('/send', {
      key,
      headers: { 'x-session': 'ventas' },
      body: { to: secrets[0], message: secrets[1] },
    });
    await world.ask(`${below}/pairing-code`, { key, body: { phone: secrets[0] } });
    await world.ask('/v1/machines', {
      body: { name: 'two', url: 'http://127.0.0.1:1/secret-token', token: secrets[2] },
    });
    await world.ask('/v1/tenants/acme', { method: 'PATCH', body: { title: secrets[3] } });
    await world.ask(`${below}/snapshots/none/export`, { key, headers: { 'x-passphrase': 'passphrase-of-12' } });
    const rows = JSON.stringify(await lines(world, '&all=true'));
    expect(rows).toContain('requestPairingCode');
    for (const secret of secrets) expect(rows).not.toContain(secret);
  });

  test('a change whose line cannot be written is refused before it is done', async () => {
    const world = await hubOver(['one']);
    const append = vi.spyOn(world.store.audit, 'append').mockRejectedValue(new Error('the disk is full'));
    expect((await world.ask('/v1/tenants', { body: { name: 'acme' } })).status).toBe(500);
    append.mockRestore();
    expect(await world.store.tenants.get('acme')).toBeNull();
    expect((await world.ask('/v1/tenants', { body: { name: 'acme' } })).status).toBe(201);
  });

  test('a change that was made is told as made where its result cannot be written, and its begin stays', async () => {
    const world = await hubOver(['one']);
    const { audit } = world.store;
    const append = audit.append.bind(audit);
    vi.spyOn(audit, 'append').mockImplementation((entry) =>
      entry.result === 'begun' ? append(entry) : Promise.reject(new Error('the disk is full')),
    );
    expect((await world.ask('/v1/tenants', { body: { name: 'acme' } })).status).toBe(201);
    expect(await last(world)).toMatchObject({ action: 'createTenant', target: 'tenant:acme', result: 'begun' });
  });

  test('a QR that is asked for every second is one line a minute for each who asks; no QR is shown without one', async () => {
    const world = await hubOver(['one']);
    const [one, other] = [await world.tenant('acme'), await world.tenant('acme')];
    await world.ask('/v1/sessions', { key: one, body: { name: 'ventas', start: false } });
    await world.managers.one?.given('acme.ventas', 'QR_REQUIRED');
    const shown = async () => (await lines(world)).filter(({ action }: { action: string }) => action === 'getQr');
    const qr = '/v1/sessions/ventas/qr';
    for (let at = 0; at < 5; at += 1) expect((await world.ask(qr, { key: one })).status).toBe(200);
    expect(await shown()).toMatchObject([
      { actor: `key:${one.split('_')[1]}`, target: 'session:acme.ventas', result: 'ok' },
    ]);
    const append = vi.spyOn(world.store.audit, 'append').mockRejectedValue(new Error('the disk is full'));
    const refused = await world.ask(qr, { key: other, headers: { accept: 'image/png' } });
    expect([refused.status, refused.headers['content-type']]).toEqual([500, 'application/problem+json; charset=utf-8']);
    append.mockRestore();
    expect((await world.ask(qr, { key: other, headers: { accept: 'image/png' } })).status).toBe(200);
    expect(await shown()).toHaveLength(2);
  });

  test('earlier services that ask for a QR leave a line where one is shown, and none where there is none', async () => {
    const world = await hubOver(['one']);
    const headers = { 'x-session': 'ventas' };
    const actions = async () => (await lines(world)).map(({ action }: { action: string }) => action);
    await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
    for (const path of ['/qr', '/qr-code']) await world.ask(path, { headers });
    expect(await actions()).not.toContain('compatQr');
    await world.managers.one?.given('ventas', 'QR_REQUIRED');
    for (const path of ['/qr', '/qr-code', '/qr', '/qr-code']) await world.ask(path, { headers });
    expect((await actions()).filter((action: string) => action.startsWith('compatQr'))).toEqual([
      'compatQr',
      'compatQrCode',
    ]);
  });

  test('the page of earlier services that shows the QR leaves a line', async () => {
    const world = await hubOver(['one']);
    await world.managers.one?.given('admin', 'QR_REQUIRED');
    await world.until('admin', 'QR_REQUIRED');
    for (let at = 0; at < 3; at += 1) expect((await world.ask('/qr.html')).text).toContain('<img');
    expect(await lines(world, '&session=admin')).toMatchObject([{ action: 'compatQrPage', target: 'session:admin' }]);
  });

  test('what earlier services do stands with the session that they mean, by its client or by none', async () => {
    const compatSessions = new Map([
      ['51', 'ventas'],
      ['52', 'acme.soporte'],
    ]);
    const mapped = await hubOver(['one'], { compatSessions });
    const key = await mapped.tenant('acme');
    await mapped.ask('/connect', { body: {}, headers: { 'x-cliente-id': '51' } });
    await mapped.ask('/send', { body: { cliente_id: 51, to: '5491123456789', message: 'hola' } });
    await mapped.ask('/disconnect?cliente_id=51', { body: {} });
    await mapped.ask('/connect', { key, body: { cliente_id: '52' } });
    for (const body of [{ cliente_id: { toString: 1 } }, { cliente_id: [51] }, { cliente_id: '53' }]) {
      expect((await mapped.ask('/disconnect', { body })).status).toBeGreaterThanOrEqual(400);
    }
    const acts = async (world: HubWorld, query: string) =>
      (await lines(world, query)).map(
        ({ action, target }: { action: string; target: string }) => `${action} ${target}`,
      );
    expect(await acts(mapped, '&session=ventas')).toEqual([
      ...['compatConnect session:ventas', 'compatSend session:ventas', 'compatDisconnect session:ventas'],
    ]);
    expect(await acts(mapped, '&session=acme.soporte')).toEqual(['compatConnect session:acme.soporte']);

    const plain = await hubOver(['one']);
    await plain.ask('/connect', { body: {} });
    await plain.ask('/connect', { key: await plain.tenant('acme'), body: {} });
    expect(await acts(plain, '&session=admin')).toEqual(['compatConnect session:admin']);
    expect(await acts(plain, '&session=acme.admin')).toEqual(['compatConnect session:acme.admin']);
  });

  test('a wrong key is one line a minute from each address, and a revoked one is named', async () => {
    const world = await hubOver(['one'], { wrongKeyWaitMs: 0 });
    const key = await world.tenant('acme');
    const id = key.split('_')[1];
    await world.ask(`/v1/keys/${id}`, { method: 'DELETE' });
    for (let at = 0; at < 4; at += 1) expect((await world.ask('/v1/sessions', { key })).status).toBe(401);
    const wrong = (await lines(world)).filter(({ action }: { action: string }) => action === 'wrongKey');
    expect(wrong).toMatchObject([{ actor: 'unknown', target: `key:${id}`, from: '127.0.0.1', result: 'unauthorized' }]);
    const { length } = await lines(world);
    expect((await world.ask('/v1/sessions', { key: null })).status).toBe(401);
    expect(await lines(world)).toHaveLength(length);
  });

  test('a change whose key is revoked while it is carried out has its result', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('acme');
    await world.ask('/v1/sessions', { key, body: { name: 'ventas', start: false } });
    await world.managers.one?.given('acme.ventas', 'STOPPED');
    const waits = world.ask('/v1/sessions/ventas/start?wait=60', { key, body: {} });
    await expect.poll(async () => (await last(world)).action).toBe('startSession');
    await world.ask(`/v1/keys/${key.split('_')[1]}`, { method: 'DELETE' });
    expect((await waits).status).toBe(401);
    const started = (await lines(world)).filter(({ action }: { action: string }) => action === 'startSession');
    expect(started).toMatchObject([{ result: 'unauthorized', begun: expect.any(Number) }]);
  });

  test('is for the operator alone; half a head is refused', async () => {
    const world = await hubOver(['one']);
    const key = await world.tenant('acme');
    for (const path of ['/v1/audit', '/v1/audit/head', '/v1/audit/verify']) {
      expect((await world.ask(path, { key })).json.code).toBe('forbidden');
    }
    expect((await world.ask('/v1/audit/verify?head=1')).json.code).toBe('invalid_request');
    const { json: head } = await world.ask('/v1/audit/head');
    const { json: found } = await world.ask(`/v1/audit/verify?head=${head.line}:${head.mac}`);
    expect(found).toMatchObject({ ok: true, given: 'kept', head });
  });
});
