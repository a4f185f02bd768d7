import { ADMIN_KEY, OTHER_PHONE, unanswered, unknownNumber } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { type Answer, type Ask, type HubWorld, hubOver, send } from '../hub.ts';

/** What LeadMaster's own services send, one request after the other, to the session manager and to the hub alike. */
const SERVICES = ['session manager', 'hub'] as const;
type Service = (typeof SERVICES)[number];

const MAP = new Map([
  ['51', 'ventas'],
  ['52', 'soporte'],
]);
/** What their timeouts allow. */
const SOON_MS = 5_000;
const TO = '5491123456789';

/** Asks one of the two services as those services do: without a key, as client 51. */
type AskAs = (path: string, ask?: Ask & { client?: string | null }) => Promise<Answer>;

interface World extends HubWorld {
  call: AskAs;
  manager: NonNullable<HubWorld['managers'][string]>;
}

/** A hub and its manager, both open to services of this machine, with two clients. */
async function worldOf(service: Service, compat: 'open' | 'key' = 'open'): Promise<World> {
  const timing = { comingBackMs: 1_500, sendDeadlineMs: 1_500 };
  const env = { LEADMASTER_COMPAT: compat, LEADMASTER_COMPAT_SESSIONS: '51:ventas,52:soporte' };
  const hub = await hubOver(['one'], { compat, compatSessions: MAP }, { env, timing });
  const { one: manager } = hub.managers;
  if (manager === undefined) throw new Error('the machine is missing');
  const port = service === 'hub' ? hub.port : manager.port;
  return {
    ...hub,
    manager,
    call: (path, { client = '51', ...ask } = {}) =>
      send(port, path, {
        key: null,
        ...ask,
        headers: { ...(client === null ? {} : { 'x-cliente-id': client }), ...ask.headers },
      }),
  };
}

/** Every error of these routes has what each of those services looks at. */
function expectFailure({ json, status, text }: Answer, wanted: number, code: string): void {
  expect([status, json.code], text).toEqual([wanted, code]);
  expect(json).toMatchObject({ success: false, error: json.message, message: expect.any(String) });
}

describe.each(SERVICES)('the requests of the earlier Central Hub, to the %s', (service) => {
  test('GET /health', async () => {
    const { call } = await worldOf(service);
    const { json } = await call('/health');
    expect(json).toMatchObject({
      status: 'ok',
      service: service === 'hub' ? 'central-hub' : 'session-manager',
      timestamp: expect.stringMatching(/^\d{4}-/),
    });
  });

  test('GET /status, also with a query against caches', async () => {
    const { call, manager } = await worldOf(service);
    const none = { status: 'DISCONNECTED', state: null, connected: false, account: null };
    expect((await call('/status')).json).toEqual(none);
    await manager.given('ventas', 'READY');
    const { id, phone, name } = manager.stage.accountOf('ventas');
    const account = { id, phone, name, wid: id, number: phone };
    for (const path of ['/status', '/status?_=1']) {
      expect((await call(path)).json).toEqual({ status: 'READY', state: 'READY', connected: true, account });
    }
  });

  test('POST /connect: an empty body, an empty object, two at once: one browser', async () => {
    const { call, manager } = await worldOf(service);
    const headers = { 'content-type': 'application/json' };
    const bodies: Ask[] = [{ method: 'POST', headers }, { body: {} }, { method: 'POST' }, { body: { cliente_id: 51 } }];
    const answers = await Promise.all(bodies.map((ask) => call('/connect', ask)));
    for (const { status, json, text } of answers) {
      expect([status, json.success, json.session, json.alreadyConnected], text).toEqual([200, true, 'ventas', false]);
      expect(json.state).toBe('INITIALIZING');
    }
    await manager.engine.runOf('ventas');
    expect(manager.engine.runs).toHaveLength(1);
    await manager.stage.scan('ventas');
    await manager.until('ventas', 'READY');
    expect((await call('/connect', { body: {} })).json).toMatchObject({ state: 'READY', alreadyConnected: true });
    expect(manager.engine.runs).toHaveLength(1);
  });

  test('GET /qr, /qr-code and /qr.html: nothing to show, then the QR', async () => {
    const { call, manager } = await worldOf(service);
    expect((await call('/qr')).json).toEqual({ status: 'NO_QR' });
    const none = await call('/qr-code');
    expect([none.status, none.json]).toMatchObject([
      404,
      { error: 'No QR is shown now.', currentStatus: 'DISCONNECTED' },
    ]);
    await manager.given('ventas', 'QR_REQUIRED');
    const { json } = await call('/qr');
    expect(json).toEqual({ status: 'QR_AVAILABLE', qr: expect.stringMatching(/^data:image\/png;base64,iVBOR/) });
    expect((await call('/qr-code')).json).toEqual({ qrDataUrl: json.qr, status: 'QR_REQUIRED' });
    const page = await call('/qr.html', { headers: { 'accept-language': 'es-AR,es;q=0.9' } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; img-src data:/);
    expect(page.text).toContain(json.qr);
    expect(page.text).toContain('<html lang="es">');
    expect((await call('/qr.html?cliente_id=51', { client: null })).text).toContain('<html lang="en">');
  });

  test('from a scan to READY the status takes no other words', async () => {
    const { call, manager } = await worldOf(service);
    const seen = new Set<string>();
    const look = async () => seen.add((await call('/status')).json.status);
    await call('/connect', { body: {} });
    const run = await manager.engine.runOf('ventas');
    await look();
    run.showQr();
    await manager.until('ventas', 'QR_REQUIRED');
    await look();
    await manager.stage.scan('ventas');
    await look();
    await manager.until('ventas', 'READY');
    await look();
    expect(['INIT', 'QR_REQUIRED', 'AUTHENTICATED', 'READY']).toEqual(expect.arrayContaining([...seen]));
    expect((await call('/status')).json).toMatchObject({ status: 'READY', state: 'READY', connected: true });
  });

  test('POST /send: acknowledged, held once, to a number in any spelling', async () => {
    const { call, manager } = await worldOf(service);
    await manager.given('ventas', 'READY');
    const run = await manager.engine.runOf('ventas');
    for (const to of [TO, '+54 9 11 2345-6789', `${TO}@c.us`]) {
      const { status, json, text } = await call('/send', { body: { cliente_id: 51, to, message: `to ${to}` } });
      expect([status, json], text).toEqual([
        200,
        { ok: true, success: true, message_id: expect.stringContaining('true_') },
      ]);
    }
    expect(run.sent).toHaveLength(3);
  });

  test('POST /send waits for a session that is just coming back', async () => {
    const { call, manager } = await worldOf(service);
    await manager.given('ventas', 'RECONNECTING');
    const sending = call('/send', { body: { to: TO, message: 'hola' } });
    await manager.stage.scan('ventas');
    expect((await sending).status).toBe(200);
    expect((await manager.engine.runOf('ventas')).sent).toHaveLength(1);
  });

  test('POST /send refused: as each of those services reads it, and nothing is sent later', async () => {
    const { call, manager } = await worldOf(service);
    const body = { to: TO, message: 'hola' };
    expectFailure(await call('/send', { body }), 503, 'SESSION_NOT_READY');
    await manager.given('ventas', 'RECONNECTING');
    expectFailure(await call('/send', { body }), 503, 'SESSION_NOT_READY');
    await manager.given('ventas', 'READY');
    const run = await manager.engine.runOf('ventas');
    expectFailure(await call('/send', { body: { ...body, to: 'nobody' } }), 400, 'INVALID_REQUEST');
    expectFailure(await call('/send', { body: { ...body, message: '' } }), 400, 'INVALID_REQUEST');
    expectFailure(await call('/send', { body: {} }), 400, 'INVALID_REQUEST');
    const { onSend } = run;
    run.onSend = unknownNumber;
    expectFailure(await call('/send', { body }), 500, 'SEND_FAILED');
    run.onSend = unanswered;
    expectFailure(await call('/send', { body: { ...body, to: OTHER_PHONE } }), 504, 'ACK_TIMEOUT');
    run.onSend = onSend;
    await call('/disconnect', { body: {} });
    expectFailure(await call('/send', { body }), 503, 'SESSION_NOT_READY');
    await call('/connect', { body: {} });
    await manager.stage.scan('ventas');
    await manager.until('ventas', 'READY');
    expect((await manager.engine.runOf('ventas')).sent).toEqual([]);
  });

  test('POST /disconnect keeps the login', async () => {
    const { call, manager } = await worldOf(service);
    expect((await call('/disconnect', { body: {} })).json).toEqual({ success: true });
    await manager.given('ventas', 'READY');
    expect((await call('/disconnect', { method: 'POST' })).json).toEqual({ success: true });
    expect((await call('/status')).json).toMatchObject({ status: 'DISCONNECTED', state: 'STOPPED' });
    // With the login on disk no QR is asked for.
    expect((await call('/connect', { body: {} })).json).toMatchObject({ state: 'RECONNECTING' });
  });

  test('never another client’s session', async () => {
    const { call, manager } = await worldOf(service);
    await manager.given('ventas', 'READY');
    await manager.given('soporte', 'READY');
    const body = { to: TO, message: 'hola' };
    const ids: [string, Ask & { client?: string | null }, number, string][] = [
      ['another client in the body', { body: { ...body, cliente_id: 52 } }, 400, 'INVALID_REQUEST'],
      ['the session of another client', { body, headers: { 'x-session': 'soporte' } }, 400, 'INVALID_REQUEST'],
      ['no client', { body, client: null }, 400, 'INVALID_REQUEST'],
      ['a client that is not mapped', { body, client: '53' }, 404, 'SESSION_NOT_FOUND'],
      ['the name of a session as a client', { body, client: 'ventas' }, 404, 'SESSION_NOT_FOUND'],
      ['a session that is none', { body, headers: { 'x-session': '../x' } }, 400, 'INVALID_SESSION_NAME'],
    ];
    for (const [, ask, status, code] of ids) expectFailure(await call('/send', ask), status, code);
    for (const path of ['/status', '/qr', '/qr-code', '/qr.html']) {
      expectFailure(await call(path, { client: null }), 400, 'INVALID_REQUEST');
      expectFailure(await call(path, { client: '53' }), 404, 'SESSION_NOT_FOUND');
      expectFailure(await call(`${path}?cliente_id=52`), 400, 'INVALID_REQUEST');
    }
    for (const path of ['/connect', '/disconnect']) {
      expectFailure(await call(path, { body: {}, client: '53' }), 404, 'SESSION_NOT_FOUND');
      expectFailure(await call(path, { body: { cliente_id: '52' } }), 400, 'INVALID_REQUEST');
    }
    for (const name of ['ventas', 'soporte']) expect((await manager.engine.runOf(name)).sent).toEqual([]);
    const sent = await call('/send', { body: { ...body, cliente_id: 52 }, client: null });
    expect(sent.status, sent.text).toBe(200);
    expect((await manager.engine.runOf('soporte')).sent).toHaveLength(1);
    expect((await manager.engine.runOf('ventas')).sent).toEqual([]);
    const names = (await manager.context.sessions.list()).items.map(({ name }) => name);
    expect(names).toEqual(['soporte', 'ventas']);
  });
});

describe.each(SERVICES)('the frontend of the earlier services, through nginx to the %s', (service) => {
  const PASSED_ON = { 'x-forwarded-for': '10.0.0.9', 'x-real-ip': '10.0.0.9' };

  test('is never let in without a key, also behind a proxy', async () => {
    const { call } = await worldOf(service);
    expect((await call('/status')).status).toBe(200);
    for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip']) {
      const { status, json } = await call('/status', { headers: { [name]: '127.0.0.1' } });
      expect([name, status, json]).toMatchObject([
        name,
        401,
        { code: 'unauthorized', success: false, error: json.detail },
      ]);
    }
    expect((await call('/status', { headers: { host: 'leadmaster.example' } })).status).toBeGreaterThan(400);
  });

  test('JSON for every path of the API, no 304, and no 429 at a poll every 3 s', async () => {
    const { call, manager } = await worldOf(service);
    await manager.given('ventas', 'READY');
    const headers = {
      ...PASSED_ON,
      accept: 'text/html',
      'if-none-match': '*',
      'if-modified-since': new Date().toUTCString(),
    };
    const asked = { key: ADMIN_KEY, headers };
    for (let poll = 0; poll < 20; poll += 1) expect((await call('/status', asked)).status).toBe(200);
    for (const path of [
      '/health',
      '/status',
      '/qr',
      '/qr-code',
      '/session-manager/status',
      '/api/x',
      '/auth',
      '/v1/x',
    ]) {
      const { status, headers: told, text } = await call(path, asked);
      expect([path, status === 200 || status === 404, told['content-type']], text).toEqual([
        ...[path, true],
        expect.stringMatching(/^application\/(problem\+)?json/),
      ]);
    }
  });
});

test('where the manager is down, the hub tells that within 5 s, on every route', async () => {
  const { call, manager } = await worldOf('hub');
  await call('/connect', { body: {} });
  await manager.stop();
  const asks: [string, Ask][] = [
    ...['/status', '/qr', '/qr-code', '/qr.html'].map((path): [string, Ask] => [path, {}]),
    ...['/connect', '/disconnect'].map((path): [string, Ask] => [path, { body: {} }]),
    ['/send', { body: { to: TO, message: 'hola' } }],
  ];
  for (const [path, ask] of asks) {
    const begun = performance.now();
    expectFailure(await call(path, ask), 503, 'MACHINE_UNREACHABLE');
    expect(performance.now() - begun).toBeLessThan(SOON_MS);
  }
});

test('an open call is not made with the key of the hub: a machine that is not open refuses it', async () => {
  const hub = await hubOver(['one'], { compat: 'open' });
  for (const [path, ask] of [
    ['/status', {}],
    ['/connect', { body: {} }],
    ['/send', { body: { to: TO, message: 'hola' } }],
  ] as [string, Ask][]) {
    const { status, json } = await hub.ask(path, { key: null, ...ask });
    expect([path, status, json.code, json.success]).toEqual([path, 401, 'unauthorized', false]);
    expect(json.detail).toMatch(/machine of the session takes no request without a key/);
  }
  expect((await hub.managers.one?.context.sessions.list())?.items).toEqual([]);
  // The name was given back: with a key it is made.
  expect((await hub.ask('/connect', { body: {} })).status).toBe(200);
});

test('to a tenant’s key the clients of others are not mapped', async () => {
  const compatSessions = new Map([
    ['51', 'acme.ventas'],
    ['52', 'other.ventas'],
    ['53', 'ventas'],
  ]);
  const { ask, tenant } = await hubOver(['one'], { compatSessions });
  const key = await tenant('acme');
  await tenant('other');
  const as = (headers: Record<string, string>) => ask('/connect', { key, body: {}, headers });
  expect((await as({ 'x-cliente-id': '51', 'x-session': 'ventas' })).json).toMatchObject({ session: 'ventas' });
  const [foreign, absent] = [await as({ 'x-cliente-id': '52' }), await as({ 'x-cliente-id': '99' })];
  expectFailure(foreign, 404, 'SESSION_NOT_FOUND');
  expect(foreign.text.replaceAll('52', '99')).toBe(absent.text);
  expectFailure(await as({ 'x-cliente-id': '53' }), 404, 'SESSION_NOT_FOUND');
  expectFailure(await as({ 'x-cliente-id': '52', 'x-session': 'ventas' }), 404, 'SESSION_NOT_FOUND');
});
