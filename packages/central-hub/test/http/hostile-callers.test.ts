import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, type HubWorld, hubOver } from '../hub.ts';

interface Two extends HubWorld {
  acme: string;
  /** Its name is what that of the other begins with. */
  ac: string;
}

/** Two tenants, `ac` and `acme`, each with a session `ventas` that is READY, on one machine. */
async function two(): Promise<Two> {
  const world = await hubOver(['one']);
  const [acme, ac] = [await world.tenant('acme'), await world.tenant('ac')];
  for (const [tenant, key] of Object.entries({ acme, ac })) {
    const made = await world.ask('/v1/sessions', { key, body: { name: 'ventas', start: false } });
    expect(made.status, made.text).toBe(201);
    await world.managers.one?.given(`${tenant}.ventas`, 'READY');
    await world.until(`${tenant}.ventas`, 'READY');
  }
  return { ...world, acme, ac };
}

describe('a tenant that tries what it should not', () => {
  test('finds no session of another by any spelling of its name', async () => {
    const { ask, ac, acme } = await two();
    const spellings = [
      'acme.ventas',
      'ac.acme.ventas',
      'acme%2Eventas',
      'ACME.ventas',
      'acme..ventas',
      '.ventas',
      'ac.',
    ];
    for (const name of [
      ...spellings,
      '..%2facme.ventas',
      'acme.ventas%00',
      'null.ventas',
      'me.ventas',
      '%61cme.ventas',
    ]) {
      for (const [method, rest] of [
        ['GET', ''],
        ['POST', '/stop'],
        ['DELETE', ''],
      ] as const) {
        const { status, text } = await ask(`/v1/sessions/${name}${rest}`, { key: ac, method });
        expect([name, method, [400, 404].includes(status), text.includes('READY')]).toEqual([
          name,
          method,
          true,
          false,
        ]);
      }
      const made = await ask('/v1/sessions', { key: ac, body: { name: decodeURIComponent(name), start: false } });
      expect([name, made.status]).toEqual([name, 400]);
    }
    expect((await ask('/v1/sessions/acme.acme.ventas', { key: acme })).status).toBe(400);
    expect((await ask('/v1/sessions')).json.items.map(({ name }: { name: string }) => name)).toEqual([
      'ac.ventas',
      'acme.ventas',
    ]);
  });

  test('finds no message, snapshot, operation or idempotency key of another under its own session', async () => {
    const { ask, ac, acme, managers } = await two();
    const headers = { 'idempotency-key': 'same' };
    const mine = await ask('/v1/sessions/ventas/messages', {
      key: acme,
      headers,
      body: { to: '5491122334455', text: 'a' },
    });
    const other = await ask('/v1/sessions/ventas/messages', {
      key: ac,
      headers,
      body: { to: '5491122334455', text: 'b' },
    });
    expect([mine.status, other.status, mine.json.id === other.json.id]).toEqual([202, 202, false]);
    const taken = await managers.one?.take('acme.ventas');
    const swapped = [
      ['GET', `messages/${mine.json.id}`],
      ['GET', `snapshots/${taken?.id}`],
      ['DELETE', `snapshots/${taken?.id}`],
      ['POST', `snapshots/${taken?.id}/restore`],
      ['GET', `snapshots/${taken?.id}/export`],
    ] as const;
    for (const [method, rest] of swapped) {
      const foreign = { key: ac, method, headers: { 'x-passphrase': 'a long passphrase' } };
      const there = await ask(`/v1/sessions/ventas/${rest}`, foreign);
      const absent = await ask(`/v1/sessions/ventas/${rest.replace(/[^/]+(?=$|\/(restore|export))/, 'none')}`, foreign);
      expect([rest, there.status, there.text]).toEqual([rest, 404, absent.text]);
    }
    const begun = await ask('/v1/sessions/ventas/snapshots', {
      key: acme,
      body: {},
      headers: { prefer: 'respond-async' },
    });
    for (const query of ['', '?wait=1', '?after=0']) {
      expect((await ask(`/v1/operations/${begun.json.id}${query}`, { key: ac })).status).toBe(404);
    }
    expect((await ask(`/v1/operations/${begun.json.id}?wait=20`, { key: acme })).json.state).toBe('done');
  });

  test("may not give what is the operator's, on any route", async () => {
    const { ask, acme } = await two();
    const given: [string, object][] = [
      ['/v1/sessions?machine=one', {}],
      ['/v1/sessions?tenant=ac', {}],
      ['/v1/sessions/ventas?otherWriters=true', { method: 'DELETE' }],
      ['/v1/sessions', { body: { name: 'new', machine: 'one' } }],
      ['/v1/sessions/ventas/start', { body: { originRetired: true } }],
    ];
    for (const [path, asked] of given) {
      const { status, json } = await ask(path, { key: acme, ...asked });
      expect([path, status, json.code]).toEqual([path, 403, 'forbidden']);
    }
    expect((await ask('/v1/sessions/ventas', { key: acme })).status).toBe(200);
  });

  test('is told of no address of a machine that is gone', async () => {
    const { ask, acme, managers } = await two();
    const begun = await ask('/v1/sessions/ventas/snapshots', {
      key: acme,
      body: {},
      headers: { prefer: 'respond-async' },
    });
    await managers.one?.stop();
    const asked: [string, object][] = [
      ['/v1/sessions/ventas/start', { method: 'POST' }],
      ['/v1/sessions/ventas/messages', {}],
      ['/v1/sessions/ventas', { method: 'DELETE' }],
      ['/v1/sessions', { body: { name: 'new', start: false } }],
      [`/v1/operations/${begun.json.id}`, {}],
    ];
    for (const [path, more] of asked) {
      const { status, text } = await ask(path, { key: acme, ...more });
      expect([path, status]).toEqual([path, 503]);
      expect(text).not.toContain(String(managers.one?.port));
      expect(text).not.toContain('127.0.0.1');
    }
  });

  test('is gone with all that it asks for while it is deleted', async () => {
    const { ask, tenant, store } = await hubOver(['one']);
    const key = await tenant('gone');
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, (_, at) => ask('/v1/sessions', { key, body: { name: `s${at}`, start: false } })),
      ask('/v1/tenants/gone', { method: 'DELETE' }),
    ]);
    const deleted = answers.pop() as Answer;
    const made = answers.filter(({ status }) => status === 201).length;
    expect(answers.every(({ status }) => [201, 401, 404].includes(status))).toBe(true);
    // Either it had no session yet, and gets none; or it has some, and stays.
    expect([deleted.status, made > 0]).toEqual(made > 0 ? [409, true] : [204, false]);
    expect((await store.tenants.get('gone')) !== null).toBe(made > 0);
  });
});

test('a HEAD of a route that a machine answers has the head alone', async () => {
  const { ask, acme } = await two();
  const there = await ask('/v1/sessions/ventas/messages', { key: acme, method: 'HEAD' });
  expect([there.status, there.text, there.headers['content-type']?.split(';')[0]]).toEqual([
    200,
    '',
    'application/json',
  ]);
  const whole = await ask('/v1/sessions/ventas/messages', { key: acme });
  expect(there.headers['content-length']).toBe(String(Buffer.byteLength(whole.text)));
  expect((await ask('/v1/sessions/none/messages', { key: acme, method: 'HEAD' })).status).toBe(404);
});

test('a key of the operator for one session makes none for all, and gives no order to a machine', async () => {
  const { ask } = await two();
  const scopes = ['read', 'control', 'admin'];
  const { key } = (await ask('/v1/keys', { body: { name: 'one', scopes, sessions: ['acme.ventas'] } })).json;
  expect((await ask('/v1/keys', { key, body: { name: 'all', scopes } })).json.code).toBe('forbidden');
  expect((await ask('/v1/machine', { key })).json.code).toBe('forbidden');
  expect((await ask('/v1/sessions/acme.ventas', { key })).status).toBe(200);
  expect((await ask('/v1/sessions/ac.ventas', { key })).status).toBe(404);
});

describe('X-Forwarded-For', () => {
  test('is believed from a trusted proxy alone, and is no address where it is none', async () => {
    const behind = await hubOver([], { trustedProxies: ['127.0.0.1'] });
    const key = await behind.tenant('acme', ['read'], { addresses: ['10.0.0.0/8'] });
    const from = async (address: string): Promise<number> =>
      (await behind.ask('/v1/me', { key, headers: { 'x-forwarded-for': address } })).status;
    expect(await from('10.1.2.3')).toBe(200);
    // The nearest that no trusted proxy has written counts.
    expect(await from('10.1.2.3, 192.0.2.1')).toBe(401);
    for (const odd of ['no address', '', '10.1.2.3x', '::ffff:10.1.2.3.4', '10.1.2.3:80', '"', ',']) {
      expect([odd, await from(odd)]).toEqual([odd, 401]);
    }
    const open = await hubOver([]);
    const other = await open.tenant('acme', ['read'], { addresses: ['10.0.0.0/8'] });
    const plain = await open.ask('/v1/me', { key: other, headers: { 'x-forwarded-for': '10.1.2.3' } });
    expect(plain.status).toBe(401);
  });

  test("and X-Forwarded-Host open no Host that is not the hub's", async () => {
    const { ask } = await hubOver([], { url: 'https://hub.example.org', trustedProxies: ['127.0.0.1'] });
    for (const host of [
      'evil.org',
      'hub.example.org.evil.org',
      '127.0.0.1@evil.org',
      'localhost.evil.org',
      '127.0.0.1.evil.org',
      'evil.org@127.0.0.1',
      '127.0.0.1/evil.org',
      'hub.example.org?.evil.org',
      'hub.example.org#.evil.org',
      'hub.example.org\\.evil.org',
    ]) {
      const { status } = await ask('/v1/me', { headers: { host, 'x-forwarded-host': 'hub.example.org' } });
      expect([host, status]).toEqual([host, 421]);
    }
  });
});

describe('a key that is ended', () => {
  test('ends the upload, the long poll and the wait for an operation that it has open', {
    timeout: 30_000,
  }, async () => {
    const { ask, port, acme, managers } = await two();
    const { key, id } = (await ask('/v1/keys', { body: { name: 'up', scopes: ['admin', 'read', 'storage'] } })).json;
    const upload = new Promise<number>((resolve) => {
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/octet-stream',
        'x-passphrase': 'long passphrase',
      };
      const path = '/v1/sessions/new/import';
      const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false });
      request.on('response', ({ statusCode = 0 }) => resolve(statusCode));
      request.on('error', () => resolve(0));
      request.write('the first bytes');
      onTestFinished(() => void request.destroy());
    });
    managers.one?.captures.hold();
    const begun = await ask('/v1/sessions/acme.ventas/snapshots', {
      key,
      body: {},
      headers: { prefer: 'respond-async' },
    });
    const { cursor } = (await ask('/v1/events?limit=500', { key })).json;
    const poll = ask(`/v1/events?wait=20&after=${cursor + 1000}`, { key });
    const wait = ask(`/v1/operations/${begun.json.id}?wait=20`, { key });
    const started = performance.now();
    expect((await ask(`/v1/keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect([401, 0]).toContain(await upload);
    expect((await wait).status).toBe(401);
    expect([401, 409]).toContain((await poll).status);
    expect(performance.now() - started).toBeLessThan(3_000);
    managers.one?.captures.release();
    expect((await ask('/v1/me', { key: acme })).status).toBe(200);
  });
});

test('a thousand connections that say nothing, half a request, or never read, keep no other from its answer', {
  timeout: 60_000,
}, async () => {
  const { ask, port, acme } = await two();
  const heads = [
    '',
    'GET /v1/me HTTP/1.1\r\n',
    `GET /v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${acme}\r\naccept: text/event-stream\r\n\r\n`,
  ];
  const sockets = Array.from({ length: 1000 }, (_, at) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    socket.pause();
    socket.write(heads[at % heads.length] ?? '');
    return socket;
  });
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  for (let at = 0; at < 20; at += 1) expect((await ask('/v1/sessions/ventas', { key: acme })).status).toBe(200);
});
