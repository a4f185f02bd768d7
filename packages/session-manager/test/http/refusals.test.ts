import { connect } from 'node:net';
import { LeadMasterError, problem } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { type Answer, type Ask, SERVICE_TOKEN, serve } from './serve.ts';

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.json?.code, answer.headers['content-type']]).toEqual([
    status,
    code,
    'application/problem+json; charset=utf-8',
  ]);
  expect(problem.parse(answer.json)).toMatchObject({ status, code, type: `urn:leadmaster:error:${code}` });
  expect(answer.json.hint).not.toBe('');
}

/** Sends bytes and reads until the server hangs up. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

describe('bad requests are refused with code and hint, and change nothing', () => {
  const cases: [string, string, Ask, number, string][] = [
    ['unknown path', '/v1/nothing', {}, 404, 'not_found'],
    ['unknown method', '/v1/sessions', { method: 'PROPFIND' }, 405, 'method_not_allowed'],
    ['wrong method', '/v1/sessions/a/start', {}, 405, 'method_not_allowed'],
    ['HEAD of a stream', '/v1/events', { method: 'HEAD' }, 405, ''],
    ['name with capitals', '/v1/sessions/Ventas', {}, 400, 'invalid_session_name'],
    ['traversal', '/v1/sessions/..%2f..%2fetc', {}, 400, 'invalid_session_name'],
    ['NUL in the name', '/v1/sessions/a%00b', {}, 400, 'invalid_session_name'],
    ['long name', `/v1/sessions/${'a'.repeat(64)}`, {}, 400, 'invalid_session_name'],
    ['very long name', `/v1/sessions/${'a'.repeat(9000)}`, {}, 400, 'invalid_session_name'],
    ['broken encoding', '/v1/sessions/%E0%A4%A', {}, 400, 'invalid_request'],
    ['name in the body', '/v1/sessions', { body: { name: '../x' } }, 400, 'invalid_session_name'],
    ['no body', '/v1/sessions', { method: 'POST' }, 400, 'invalid_request'],
    ['unknown field', '/v1/sessions', { body: { name: 'x', nmae: 1 } }, 400, 'invalid_request'],
    ['field of wrong type', '/v1/sessions', { body: { name: 'x', start: 'yes' } }, 400, 'invalid_request'],
    ['body where none is', '/v1/sessions/a/stop', { body: { now: true } }, 400, 'invalid_request'],
    ['prototype', '/v1/sessions', { body: '{"name":"x","__proto__":{"start":false}}' }, 400, 'invalid_request'],
    ['cut JSON', '/v1/sessions', { body: '{"name":' }, 400, 'invalid_request'],
    ['no UTF-8', '/v1/sessions', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 400, 'invalid_request'],
    ['deep JSON', '/v1/sessions', { body: '['.repeat(500_000) }, 400, 'invalid_request'],
    ['unknown query', '/v1/sessions?all=1', {}, 400, 'invalid_request'],
    ['unknown query of health', '/health?x', {}, 400, 'invalid_request'],
    ['query out of range', '/v1/sessions/a/start?wait=601', { method: 'POST' }, 400, 'invalid_request'],
    ['query in hex', '/v1/sessions/a/start?wait=0x1', { method: 'POST' }, 400, 'invalid_request'],
    ['query twice', '/v1/sessions/a/start?wait=1&wait=2', { method: 'POST' }, 400, 'invalid_request'],
    ['empty query', '/v1/events?after=', {}, 400, 'invalid_request'],
    ['negative cursor', '/v1/events?after=-1', {}, 400, 'invalid_request'],
    ['huge cursor', '/v1/events?after=9999999999999999', {}, 400, 'invalid_request'],
    ['bad header', '/v1/events', { headers: { 'last-event-id': 'x' } }, 400, 'invalid_request'],
    [
      'text body',
      '/v1/sessions',
      { body: 'name=x', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported_media_type',
    ],
    [
      'no type',
      '/v1/sessions',
      { body: '{"name":"x"}', headers: { 'content-type': '' } },
      415,
      'unsupported_media_type',
    ],
    [
      'packed body',
      '/v1/sessions',
      { body: { name: 'x' }, headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type',
    ],
    ['1 MB and a bit', '/v1/sessions', { body: Buffer.alloc(1_048_577, 32) }, 413, 'payload_too_large'],
    ['purge that is neither', '/v1/sessions/a?purge=yes', { method: 'DELETE' }, 400, 'invalid_request'],
    ['expectation', '/v1/sessions', { headers: { expect: 'the-best' } }, 417, 'invalid_request'],
  ];

  test('every case', async () => {
    const { ask, fingerprint, given } = await serve();
    await given('a', 'STOPPED');
    const before = await fingerprint();
    for (const [name, path, what, status, code] of cases) {
      const answer = await ask(path, what);
      expect([name, answer.status, code === '' ? '' : answer.json?.code]).toEqual([name, status, code]);
      if (code !== '') {
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(answer.json.hint).not.toBe('');
      }
    }
    expect(await fingerprint()).toBe(before);
  });

  test('a list of each wrong field, and the methods that are allowed', async () => {
    const { ask } = await serve();
    const answer = await ask('/v1/sessions', { body: { name: 'x', start: 1, metadata: { a: 1 }, more: true } });
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.json.errors.map((e: { in: string; path: string }) => `${e.in}:${e.path}`).sort()).toEqual([
      'body:',
      'body:metadata.a',
      'body:start',
    ]);
    expect((await ask('/v1/sessions', { method: 'PUT' })).headers.allow).toBe('GET, HEAD, POST');
    expect((await ask('/v1/events', { method: 'POST' })).headers.allow).toBe('GET');
  });

  test('bytes that are no HTTP', async () => {
    const { ask, port } = await serve();
    expect(await raw(port, 'HELLO\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*problem\+json[\s\S]*"code":"invalid_request"/,
    );
    const big = await raw(port, `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(big).toMatch(/^HTTP\/1.1 431 [\s\S]*"status":431/);
    expect(await raw(port, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*Host header/,
    );
    // One request, one answer: the body is broken, too, but the path has been refused by then.
    const once = await raw(port, 'POST /%zz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: nonsense\r\n\r\n');
    expect(once.match(/HTTP\/1.1 \d+/g)).toHaveLength(1);
    expect((await ask('/health')).status).toBe(200);
  });
});

describe('faults behind the routes', () => {
  test('an unexpected one says nothing of itself outside and everything in the log, under the same id', async () => {
    const { ask, faults, given, logLines } = await serve();
    await given('a', 'STOPPED');
    faults.error = () => new Error('secret detail of /var/lib/x');
    faults.fails = () => true;
    const answer = await ask('/v1/sessions', { headers: { 'x-request-id': 'my-id.1' } });
    expectProblem(answer, 500, 'internal');
    expect(answer.text).not.toContain('secret');
    expect(answer.headers['x-request-id']).toBe('my-id.1');
    expect(logLines.find((l) => l.includes('secret detail'))).toContain('"requestId":"my-id.1"');
    expect((await ask('/v1/sessions', { headers: { 'x-request-id': 'no spaces!' } })).headers['x-request-id']).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  test('a known one keeps its code, hint and facts', async () => {
    const { ask, faults, given } = await serve();
    await given('a', 'STOPPED');
    faults.error = () => new LeadMasterError('storage_failed', 'full', 'make room', { extra: { free: 0 } });
    faults.fails = () => true;
    const answer = await ask('/v1/sessions');
    expectProblem(answer, 503, 'storage_failed');
    expect(answer.json).toMatchObject({ detail: 'full', hint: 'make room', free: 0 });
  });
});

describe('keys', () => {
  test('either key in either header opens; anything else is 401 before anything is read', async () => {
    const { ask, fingerprint } = await serve();
    const before = await fingerprint();
    for (const headers of [
      { 'x-api-key': SERVICE_TOKEN },
      { authorization: `Bearer ${SERVICE_TOKEN}` },
      { authorization: `bearer  ${SERVICE_TOKEN} ` },
    ]) {
      expect((await ask('/v1/sessions', { headers, key: null })).status).toBe(200);
    }
    const wrong: Ask[] = [
      { key: null },
      { key: 'wrong' },
      { key: `${SERVICE_TOKEN}x` },
      { key: null, headers: { authorization: `Basic ${SERVICE_TOKEN}` } },
      { key: null, headers: { authorization: 'Bearer' } },
      { key: null, headers: { 'x-api-key': '' } },
      { key: null, headers: { 'x-api-key': [SERVICE_TOKEN, 'x'] } },
    ];
    for (const ask401 of wrong) {
      const answer = await ask('/v1/sessions', ask401);
      expectProblem(answer, 401, 'unauthorized');
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
    const paths = [
      '/v1/nothing',
      '/v1/sessions/%zz',
      '/v1/sessions/BAD',
      '/metrics',
      '/status',
      '/docsx',
      '/v1/../docs',
    ];
    for (const path of paths) expect([path, (await ask(path, { key: null })).status]).toEqual([path, 401]);
    const unread = [
      { body: '{' },
      { body: Buffer.alloc(2_000_000) },
      { body: 'x', headers: { 'content-type': 'a/b' } },
    ];
    for (const it of unread) {
      // A body that is still being sent when the answer comes may break the connection; it must not be read anyway.
      const status = await ask('/v1/sessions', { ...it, key: null }).then(
        (a) => a.status,
        () => 401,
      );
      expect(status).toBe(401);
    }
    expect((await ask('/v1/sessions', { method: 'PATCH', key: null })).status).toBe(401);
    expect(await fingerprint()).toBe(before);
  });

  test('nothing secret is logged', async () => {
    const { ask, given, logLines } = await serve();
    await given('a', 'READY');
    await ask('/v1/sessions/a/messages', { body: { to: '5491188888888', text: 'the-text' } });
    await ask('/v1/sessions/a/messages', { body: { to: '5491100000001', text: 1, 'the-field': 'the-value' } });
    await ask('/v1/sessions?token=the-query', { key: 'the-wrong-key' });
    await given('b', 'QR_REQUIRED');
    expect((await ask('/v1/sessions/b/qr')).json.qr).toBe('ref-1');
    const log = logLines.join('\n');
    expect(log).toContain('"route":"/v1/sessions/:session/messages","status":202');
    for (const secret of [
      'the-text',
      'the-value',
      'the-query',
      'the-wrong-key',
      'ref-1',
      'admin-key',
      '5491188888888',
    ]) {
      expect([secret, log.includes(secret)]).toEqual([secret, false]);
    }
  });

  test('every answer carries the headers that keep browsers careful', async () => {
    const { ask } = await serve();
    for (const path of ['/health', '/v1/sessions', '/v1/nothing', '/v1/%zz']) {
      expect((await ask(path)).headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'x-request-id': expect.any(String),
      });
    }
  });
});
