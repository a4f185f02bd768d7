import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { QUICK_DISK } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ALL_ROUTES, pathOf } from '../every-route.ts';
import { type Ask, type HubWorld, hubOver, type TestHub, tampered } from '../hub.ts';
import { by, cookieOf, FROM_PAGE, signedIn } from '../signed-in.ts';

const CHANGING = ALL_ROUTES.filter(({ method, open }) => method !== 'GET' && open !== true);
const EVIL = 'https://evil.example.org';

/** A folder as a build of the page leaves it. */
function built(): string {
  const folder = mkdtempSync(join(QUICK_DISK, 'leadmaster-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>LeadMaster</title>');
  writeFileSync(join(folder, 'assets', 'index-abc.js'), '1');
  writeFileSync(join(folder, 'secret.txt'), 'not for the page');
  return folder;
}

/** A hub with its page, over a machine with a session, a tenant and a key of it. */
async function whole(): Promise<HubWorld & { keyId: string }> {
  const world = await hubOver(['one'], { dashboard: built(), wrongKeyWaitMs: 0 });
  await world.tenant('acme');
  const made = await world.ask('/v1/sessions', { body: { name: 'ventas', start: false } });
  expect(made.status, made.text).toBe(201);
  const keyId = (await world.ask('/v1/keys')).json.items[0].id;
  return { ...world, keyId };
}

/** What a machine says and how it answers: that changes by itself. */
const OF_THE_MOMENT = new Set([
  'state',
  'since',
  'silence',
  'version',
  'sessions',
  'lastSeenAt',
  'memory',
  'disk',
  'untold',
]);

/** All that an order could change. */
async function fingerprint({ ask, managers }: HubWorld): Promise<unknown> {
  const lists = ['tenants', 'keys', 'machines'].map(async (name) => {
    const { items } = (await ask(`/v1/${name}`)).json;
    return items.map((item: Record<string, unknown>) =>
      Object.entries(item).filter(([field]) => !OF_THE_MOMENT.has(field)),
    );
  });
  return [await Promise.all(lists), await managers.one?.fingerprint()];
}

/** The path of a route to what is there. */
function real(route: (typeof ALL_ROUTES)[number], keyId: string): string {
  return pathOf(route, { session: 'ventas', tenant: 'acme', machine: 'one', key: keyId });
}

describe('with the cookie of the operator,', () => {
  /** What another page can make a browser send, and more: what it cannot, such as the header, comes with an Origin that tells. */
  const SENT: Record<string, Ask> = {
    'without the header': {},
    'with another value of the header': { headers: { 'x-leadmaster-request': 'true' } },
    'as a form': { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'name=evil&start=false' },
    'as a form with files': { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' },
    'as JSON that is called text': { headers: { 'content-type': 'text/plain' }, body: '{"name":"evil"}' },
    'with the header in its query': { headers: { 'x-leadmaster-request': '' } },
    'from another origin': { headers: { ...FROM_PAGE, origin: EVIL } },
    'from an origin that begins alike': { headers: { ...FROM_PAGE, origin: 'http://127.0.0.1.evil.example.org' } },
    'from no origin': { headers: { ...FROM_PAGE, origin: 'null' } },
    'from a page of another site': { headers: { ...FROM_PAGE, 'sec-fetch-site': 'cross-site' } },
    'from another port of the same host': { headers: { ...FROM_PAGE, 'sec-fetch-site': 'same-site' } },
  };

  test('no changing route takes what another page can make a browser send, and nothing is changed', async () => {
    const world = await whole();
    const cookie = await signedIn(world);
    const before = await fingerprint(world);
    const wrong: unknown[] = [];
    for (const route of CHANGING) {
      const tried = Object.entries(SENT).map(async ([how, { headers, body }]) => {
        const query = how === 'with the header in its query' ? '?X-LeadMaster-Request=1' : '';
        const sent = { method: route.method, key: null, headers: { cookie, ...headers }, body };
        const { status, text } = await world.ask(`${real(route, world.keyId)}${query}`, sent);
        if (status !== 403 || !/forbidden/i.test(text)) wrong.push([route.id, how, status, text.slice(0, 120)]);
      });
      await Promise.all(tried);
    }
    expect(wrong).toEqual([]);
    expect(await fingerprint(world)).toEqual(before);
  });

  test('no question changes anything, by any word for another method', async () => {
    const world = await whole();
    const cookie = await signedIn(world);
    const before = await fingerprint(world);
    for (const [path, method] of [
      ['/v1/tenants/acme', 'DELETE'],
      [`/v1/keys/${world.keyId}`, 'DELETE'],
      ['/v1/sessions/ventas', 'DELETE'],
      ['/v1/machines/one', 'DELETE'],
      ['/v1/sessions/ventas/start', 'POST'],
    ] as const) {
      for (const asked of ['GET', 'HEAD'] as const) {
        const headers = { 'x-http-method-override': method, 'x-http-method': method, 'x-method-override': method };
        await world.ask(`${path}?_method=${method}`, by(cookie, { method: asked, headers }));
      }
    }
    expect(await fingerprint(world)).toEqual(before);
  });

  test('nothing is told to the page of another address, not even to one on another port of this machine', async () => {
    const world = await whole();
    const cookie = await signedIn(world);
    for (const path of ['/v1/sessions', '/v1/events', '/v1/me', '/v1/sessions/ventas/snapshots']) {
      for (const site of ['cross-site', 'same-site']) {
        const answer = await world.ask(path, by(cookie, { headers: { 'sec-fetch-site': site } }));
        expect([path, site, answer.status, answer.json.code]).toEqual([path, site, 403, 'forbidden']);
      }
      for (const site of ['same-origin', 'none']) {
        const headers = { 'sec-fetch-site': site };
        expect((await world.ask(`${path}?limit=1`, by(cookie, { headers }))).status, `${path} ${site}`).not.toBe(403);
      }
    }
    // A key is no cookie: no browser adds it by itself.
    expect((await world.ask('/v1/me', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
  });
});

test('a tenant that is signed in opens no route that is for the operator', async () => {
  const world = await whole();
  const cookie = await signedIn(world, { key: await world.tenant('acme') });
  const before = await fingerprint(world);
  const wrong: unknown[] = [];
  for (const route of ALL_ROUTES.filter(({ audience, open }) => audience === 'operator' && open !== true)) {
    const headers = { 'x-session': 'ventas' };
    const { status, json } = await world.ask(real(route, world.keyId), by(cookie, { method: route.method, headers }));
    if (status !== 403 || json.code.toLowerCase() !== 'forbidden') wrong.push([route.id, status, json]);
  }
  expect(wrong).toEqual([]);
  expect(await fingerprint(world)).toEqual(before);
});

describe('a sign-in', () => {
  test('is not opened from the page of another address, also where the browser names no origin', async () => {
    const world = await hubOver([], { wrongKeyWaitMs: 0 });
    const { code } = (await world.ask('/v1/sign-in-codes', { method: 'POST' })).json;
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site };
      const answer = await world.ask('/v1/sign-in', { key: null, body: { code }, headers });
      expect([site, answer.status, answer.headers['set-cookie']]).toEqual([site, 403, undefined]);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const sent = { key: null, body: JSON.stringify({ code }), headers: { 'content-type': type } };
      expect([type, (await world.ask('/v1/sign-in', sent)).status]).toEqual([type, 415]);
    }
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const { status, headers } = await world.ask(`/v1/sign-in?code=${code}`, { key: null, method });
      expect([method, status, headers['set-cookie']]).toEqual([method, 401, undefined]);
    }
    // None of them has used it up.
    expect((await world.ask('/v1/sign-in', { key: null, body: { code } })).status).toBe(200);
  });

  test('is asked for first where a page of another address leads to its link', async () => {
    const { ask } = await whole();
    const led = (site: string, path = '/sign-in') => ask(path, { key: null, headers: { 'sec-fetch-site': site } });
    for (const site of ['cross-site', 'same-site']) {
      const { status, headers } = await led(site);
      expect([site, status, headers.location]).toEqual([site, 303, '/sign-in?asks=1']);
      expect((await led(site, '/sign-in?asks=1')).status).toBe(200);
    }
    for (const site of ['none', 'same-origin']) expect((await led(site)).status).toBe(200);
    expect((await ask('/sign-in', { key: null })).status).toBe(200);
  });

  test('is opened by no code that is over, guessed, or something else: a cookie is no code, and a code no key', async () => {
    const world = await hubOver([], { wrongKeyWaitMs: 0 });
    const made = async (): Promise<string> => (await world.ask('/v1/sign-in-codes', { method: 'POST' })).json.code;
    const tried = async (body: object) => (await world.ask('/v1/sign-in', { key: null, body })).status;
    const cookie = await signedIn(world);
    const [, secret = ''] = cookie.split('=');
    const code = await made();
    const opens = [
      await tried({ code: secret }),
      await tried({ key: secret }),
      await tried({ key: code }),
      await tried({ code: `${code} ` }),
      await tried({ code: code.slice(0, -1) }),
      (await world.ask('/v1/me', by(`leadmaster=${code}`))).status,
      (await world.ask('/v1/me', { key: secret })).status,
      (await world.ask('/v1/me', { key: code })).status,
    ];
    expect(opens.filter((status) => status < 400)).toEqual([]);
    await tampered(world, "update sign_ins set expires_at = 0 where kind = 'code'");
    expect(await tried({ code })).toBe(401);
    await tampered(world, 'update sign_ins set expires_at = 0');
    expect((await world.ask('/v1/me', by(cookie))).status).toBe(401);
  });

  test('is taken from the one cookie of its name, to the letter', async () => {
    const world = await hubOver([], { wrongKeyWaitMs: 0 });
    const cookie = await signedIn(world);
    const [, secret = ''] = cookie.split('=');
    for (const brought of [
      `leadmaster="${secret}"`,
      `LeadMaster=${secret}`,
      `__Host-leadmaster=${secret}`,
      `__Secure-leadmaster=${secret}`,
      `=leadmaster=${secret}`,
      `leadmaster%3d${secret}`,
      `leadmaster=${secret}, leadmaster=x`,
      `leadmaster=${secret}; leadmaster=`,
      `leadmaster=; leadmaster=${secret}`,
      `leadmaster=${secret.slice(0, -1)}%00`,
      `leadmaster=${secret.toLowerCase()}`,
      `leadmaster=${secret}x`,
    ]) {
      expect([brought, (await world.ask('/v1/me', by(brought))).status]).toEqual([brought, 401]);
    }
    for (const brought of [`other=1; ${cookie}`, `${cookie};`, `${cookie}; ${cookie}`, `;;${cookie}`]) {
      expect([brought, (await world.ask('/v1/me', by(brought))).status]).toEqual([brought, 200]);
    }
  });

  test('and its link stand at the address of the hub alone, also where a proxy or a caller names another', async () => {
    const world = await hubOver([], { url: 'https://hub.example.org', trustedProxies: ['127.0.0.1'] });
    const spoofed = {
      ...{ host: 'hub.example.org', 'x-forwarded-host': 'evil.example.org', 'x-forwarded-proto': 'http' },
      ...{ forwarded: 'host=evil.example.org;proto=http', 'x-original-host': 'evil.example.org' },
    };
    const { url, code } = (await world.ask('/v1/sign-in-codes', { method: 'POST', headers: spoofed })).json;
    expect(url).toBe(`https://hub.example.org/sign-in#code=${code}`);
    const opened = await world.ask('/v1/sign-in', { key: null, body: { code }, headers: spoofed });
    expect(opened.headers['set-cookie']).toEqual([expect.stringMatching(/^__Host-.*; Secure$/)]);
    expect((await world.ask('/v1/me', by(cookieOf(opened), { headers: spoofed }))).status).toBe(200);
  });
});

describe('every answer', () => {
  const PAGES = [
    '/',
    '/sign-in',
    '/new',
    '/sessions/ventas',
    '/docs',
    '/docs/',
    '/openapi.json',
    '/health',
    '/metrics',
  ];
  const REFUSED = [
    '/nothing',
    '/v1/nothing',
    '/assets/none.js',
    '/link/none',
    '/sessions/%',
    '/%00',
    '/link-assets/link.js',
  ];

  test('can be framed by none, is of the type that it says, and is shared with no other origin', async () => {
    const world = await whole();
    const cookie = await signedIn(world);
    const wrong: unknown[] = [];
    const asked: [string, Ask][] = [
      ...[...PAGES, ...REFUSED].map((path): [string, Ask] => [
        path,
        { headers: { accept: 'text/html', origin: EVIL } },
      ]),
      ...ALL_ROUTES.map((route): [string, Ask] => [
        real(route, world.keyId),
        // An order without a body that is good, by which nothing is done.
        { method: route.method, headers: { origin: EVIL, 'x-session': 'none', 'content-type': 'text/plain' } },
      ]),
      ...PAGES.map((path): [string, Ask] => [
        path,
        { method: 'OPTIONS', headers: { origin: EVIL, 'access-control-request-method': 'POST' } },
      ]),
      ['/v1/sessions', { headers: { host: 'evil.example.org' } }],
    ];
    for (const [path, { method = 'GET', headers = {} }] of asked) {
      const answer = await world.ask(path, { method, key: null, headers: { ...headers, cookie } });
      const told = answer.headers;
      const faults = [
        told['x-frame-options'] !== 'DENY' && 'x-frame-options',
        !String(told['content-security-policy']).includes("frame-ancestors 'none'") && 'frame-ancestors',
        told['x-content-type-options'] !== 'nosniff' && 'nosniff',
        told['cross-origin-resource-policy'] !== 'same-origin' && 'cross-origin-resource-policy',
        Object.keys(told).some((name) => name.startsWith('access-control-')) && 'shared',
        told['referrer-policy'] !== 'no-referrer' && 'referrer-policy',
        answer.status < 300 && answer.text !== '' && told['content-type'] === undefined && 'content-type',
      ].filter((fault) => fault !== false);
      if (faults.length > 0) wrong.push([method, path, answer.status, faults]);
    }
    expect(wrong).toEqual([]);
  });

  test('of the API is kept by no cache', async () => {
    const world = await whole();
    const cookie = await signedIn(world);
    const wrong: unknown[] = [];
    for (const route of ALL_ROUTES.filter(({ method }) => method === 'GET')) {
      const { headers } = await world.ask(real(route, world.keyId), by(cookie, { headers: { 'x-session': 'ventas' } }));
      if (headers['cache-control'] !== 'no-store') wrong.push([route.id, headers['cache-control']]);
    }
    expect(wrong).toEqual([]);
  });

  test('leads to no other address, and has no line of the asker in its head', async () => {
    const world = await whole();
    for (const path of [
      ...[
        '/sign-in?next=//evil.example.org',
        '/sign-in?next=https://evil.example.org',
        '/?redirect=%5C%5Cevil.example.org',
      ],
      ...[
        '//evil.example.org',
        '//evil.example.org/..',
        '/\\evil.example.org',
        '/%5Cevil.example.org',
        '///evil.example.org/',
      ],
      ...['/%2F%2Fevil.example.org', '/.//evil.example.org', '/sessions//evil.example.org', '/link//evil.example.org'],
      ...[
        '/docs//evil.example.org',
        '/docs/..//evil.example.org',
        '/%0d%0aset-cookie:%20leadmaster=x',
        '/link/%0d%0alocation:%20x',
      ],
    ]) {
      const { status, headers } = await world.ask(path, { key: null, headers: { accept: 'text/html' } });
      expect([path, headers.location, headers['set-cookie']]).toEqual([path, undefined, undefined]);
      expect([path, status >= 300 && status < 400]).toEqual([path, false]);
    }
    // Written as no client would: with an address of its own in the place of a path.
    expect(await raw(world, `GET http://evil.example.org/ HTTP/1.1\r\nhost: evil.example.org\r\n\r\n`)).toMatch(
      / 4\d\d /,
    );
  });
});

describe('the files of the page', () => {
  test('are those of the build, by no other spelling, and what is none of them is no page', async () => {
    const { ask, port } = await whole();
    const inside = [
      '..%2fsecret.txt',
      '%2e%2e%2fsecret.txt',
      '..%5csecret.txt',
      '..%252fsecret.txt',
      '%00',
      'index-abc.js%00',
    ];
    for (const name of [
      ...inside,
      'index-abc.js/',
      'INDEX-ABC.JS',
      '',
      '.',
      '__proto__',
      'constructor',
      'x.html',
      'sw.js',
    ]) {
      const { status, headers, text } = await ask(`/assets/${name}`, { key: null });
      const isRight = name === 'index-abc.js/' ? status === 200 : [400, 401, 404].includes(status);
      expect([name, isRight, text.includes('not for the page'), text.includes('<!doctype')]).toEqual([
        name,
        true,
        false,
        false,
      ]);
      if (status !== 200) expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    }
    for (const path of [
      '/assets/../secret.txt',
      '/../secret.txt',
      '/assets/./../index.html',
      '/.env',
      '/data/admin.key',
    ]) {
      const answer = await raw({ port }, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`);
      expect([path, / 40[014] /.test(answer.slice(0, 20)), answer.includes('not for the page')]).toEqual([
        path,
        true,
        false,
      ]);
    }
    // No worker of this origin can be planted: no such file is there, and none may speak for more than its folder.
    for (const path of ['/sw.js', '/service-worker.js', '/manifest.json', '/assets/sw.js']) {
      const { status, headers } = await ask(path, { key: null });
      expect([path, status >= 400, headers['service-worker-allowed']]).toEqual([path, true, undefined]);
    }
  });
});

/** What comes back for bytes as they are: clients tidy addresses up. */
function raw({ port }: Pick<TestHub, 'port'>, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: '127.0.0.1', port }, () => void socket.write(text));
  let answer = '';
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('data', (part) => {
    answer += part.toString('utf8');
    socket.end();
  });
  socket.on('close', () => resolve(answer));
  socket.on('error', reject);
  return promise;
}
