import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

/** The status and the body of one request, written byte by byte. */
async function raw(port: number, head: string, body: string | Buffer = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const bytes = Buffer.from(body as string);
  const length = bytes.length === 0 ? '' : `Content-Length: ${bytes.length}\r\n`;
  socket.write(`${head}\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nConnection: close\r\n${length}\r\n`);
  socket.write(bytes);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8');
  });
  await once(socket, 'close');
  return text;
}

describe('Last-Event-ID of a client that has seen no event yet', () => {
  test.each(['', 'undefined', 'null'])('%j is none', async (id) => {
    const { ask, given } = await serve();
    await given('a', 'STOPPED');
    for (const path of ['/v1/events', '/v1/sessions/a/events']) {
      const answer = await ask(path, { headers: { 'last-event-id': id } });
      expect([answer.status, answer.json.items.length > 0]).toEqual([200, true]);
    }
  });
});

describe('slashes', () => {
  test('one too many names the same thing, for every method', async () => {
    const { ask, given } = await serve();
    await given('a', 'STOPPED');
    for (const path of ['/v1/sessions/', '//v1/sessions', '/v1//sessions///', '/v1/sessions/?'])
      expect([path, (await ask(path)).json.items?.length]).toEqual([path, 1]);
    expect((await ask('/v1/sessions/a/events/?limit=1')).json.items).toHaveLength(1);
    expect((await ask('/v1/sessions/a/start/', { method: 'POST' })).status).toBe(202);
    expect((await ask('/health/', { key: null })).status).toBe(200);
    expect((await ask('/v1/sessions//', { method: 'PUT' })).headers.allow).toBe('GET, HEAD, POST');
  });

  test('opens nothing without a key, and no other name', async () => {
    const { ask } = await serve();
    for (const path of ['//v1/sessions/', '//docs/../v1/sessions', '/v1/sessions//', '//metrics'])
      expect([path, (await ask(path, { key: null })).status]).toEqual([path, 401]);
    expect((await ask('/v1/sessions/%2f/')).json.code).toBe('invalid_session_name');
    for (const path of ['/docs', '/docs/']) expect((await ask(path, { key: null })).status).toBeLessThan(400);
  });
});

describe('numbers', () => {
  test.each([
    ['/v1/events?limit=-1', 'query.limit: must be a whole number from 1 to 1000'],
    ['/v1/events?limit=abc', 'query.limit: must be a whole number from 1 to 1000'],
    ['/v1/events?limit=1001', 'query.limit: must be a whole number from 1 to 1000'],
    ['/v1/events?wait=1.5', 'query.wait: must be a whole number from 0 to 600'],
    ['/v1/sessions/a/qr?wait=601', 'query.wait: must be a whole number from 0 to 600'],
    ['/v1/sessions/a/storage/recent?hours=0', 'query.hours: must be a whole number from 1 to'],
  ])('%s is refused with the range', async (path, detail) => {
    const { ask, given } = await serve();
    await given('a', 'STOPPED');
    const answer = await ask(path);
    expect([answer.status, answer.json.detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  test('a flag says what it may be', async () => {
    const { ask } = await serve();
    const { json } = await ask('/v1/sessions/a?purge=yes', { method: 'DELETE' });
    expect(json.detail).toBe('query.purge: must be true or false');
  });

  test('a phone number is taken as the command line takes it', async () => {
    const { ask, given } = await serve();
    await given('a', 'QR_REQUIRED');
    const code = (phone: unknown) => ask('/v1/sessions/a/pairing-code', { body: { phone } });
    for (const phone of ['+54 9 11 0000-0001', '005491100000001', '\u202a+54 9 11 0000\u20110001\u202c'])
      expect([phone, (await code(phone)).status]).toEqual([phone, 200]);
    for (const phone of ['', '12', '011 4000-0000', '+0054911000000', '+54 9 ext 3', 5491100000001])
      expect([phone, (await code(phone)).status]).toEqual([phone, 400]);
    expect((await code('12')).json.detail).toContain('+54 9 11 2345-6789');
  });
});

describe('charset', () => {
  test('UTF-8 by its names; any other is named, and nothing is stored', async () => {
    const { ask, given, sessions } = await serve();
    await given('a', 'READY');
    const send = (type: string, text: string | Buffer) =>
      ask('/v1/sessions/a/messages', { body: text, headers: { 'content-type': type } });
    const body = JSON.stringify({ to: '5491100000001', text: 'año' });
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'application/json; charset=utf8',
    ])
      expect([type, (await send(type, body)).status]).toEqual([type, 202]);
    const accepted = (await sessions.messages('a', 100)).length;
    for (const charset of ['iso-8859-1', 'utf-16le', 'windows-1252']) {
      const refused = await send(`application/json; charset=${charset}`, Buffer.from(body, 'latin1'));
      expect([refused.status, refused.json.detail]).toEqual([415, expect.stringContaining(`"${charset}"`)]);
    }
    expect(await sessions.messages('a', 100)).toHaveLength(accepted);
  });
});

test('a second Host is refused, whichever comes first', async () => {
  const { port } = await serve();
  for (const hosts of ['Host: 127.0.0.1\r\nHost: other.example', 'Host: x\r\nhost: x']) {
    const answer = await raw(port, `GET /v1/sessions HTTP/1.1\r\n${hosts}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/Host/);
  }
  expect(await raw(port, 'GET /v1/sessions HTTP/1.1\r\nHost: x')).toMatch(/^HTTP\/1\.1 200 /);
});

test('a connection is kept for longer than the pools of clients keep theirs, and an idle one does not hold up the end', async () => {
  const { app, port } = await serve();
  const agent = new Agent({ keepAlive: true });
  const asked = request({ port, path: '/health', agent }).end();
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'end');
  expect(Number(/timeout=(\d+)/.exec(response.headers['keep-alive'])?.[1])).toBeGreaterThan(90);
  // A POST that is sent at the end of that time is answered: the server waits a little longer than it tells.
  expect(app.server.keepAliveTimeoutBuffer).toBeGreaterThanOrEqual(1000);
  const began = performance.now();
  await app.close();
  expect(performance.now() - began).toBeLessThan(10_000);
  agent.destroy();
});
