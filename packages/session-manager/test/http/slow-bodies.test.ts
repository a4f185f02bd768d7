import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

const REQUEST_MS = 150;

/** Begins a request and keeps what is answered. */
async function begin(port: number, path: string, headers: Record<string, string>): Promise<Begun> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  let said = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const closed = once(socket, 'close');
  const lines = Object.entries({ host: 'x', authorization: `Bearer ${ADMIN_KEY}`, ...headers });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  return { socket, said: () => said, closed };
}

interface Begun {
  socket: Socket;
  said: () => string;
  closed: Promise<unknown>;
}

const JSON_BODY = { 'content-type': 'application/json', 'content-length': '20' };

test('a body that does not arrive in time is answered with 408, and the connection is closed', async () => {
  const { port, sessions } = await serve({ timing: { requestMs: REQUEST_MS } });
  const slow = await begin(port, '/v1/sessions', JSON_BODY);
  slow.socket.write('{"name":');
  await slow.closed;
  expect(slow.said()).toMatch(/^HTTP\/1\.1 408 .*content-type: application\/problem\+json/is);
  expect(JSON.parse(slow.said().split('\r\n\r\n')[1] ?? '')).toMatchObject({
    ...{ status: 408, code: 'invalid_request', detail: 'The request did not arrive in time.' },
    hint: expect.stringMatching(/whole request/),
  });
  expect((await sessions.list()).items).toEqual([]);
});

test('one that keeps coming, byte by byte, too', async () => {
  const { port } = await serve({ timing: { requestMs: REQUEST_MS } });
  const slow = await begin(port, '/v1/sessions', { ...JSON_BODY, 'content-length': '100000' });
  const drip = setInterval(() => slow.socket.write(' '), 10);
  onTestFinished(() => clearInterval(drip));
  await slow.closed;
  expect(slow.said()).toMatch(/^HTTP\/1\.1 408 /);
});

/** Sends bytes for longer than the service waits for them, and reads what was answered only then. */
async function readLate(port: number, first: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(first);
  for (const end = performance.now() + 4 * REQUEST_MS; performance.now() < end; await sleep(10)) socket.write(' ');
  const said: Buffer[] = [];
  socket.on('data', (part: Buffer) => said.push(part)).resume();
  await closed;
  return Buffer.concat(said).toString();
}

const HEAD = `POST /v1/sessions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ADMIN_KEY}\r\n`;

test.each([
  ['a body that comes byte by byte', `${HEAD}content-type: application/json\r\ncontent-length: 9999\r\n\r\n`, 408],
  ['a body that is too large', `${HEAD}content-type: application/json\r\ncontent-length: 2000000\r\n\r\n`, 413],
  ['what is no HTTP', 'no HTTP at all\r\n', 400],
  ['an expectation that is not met', `${HEAD}expect: tea\r\ncontent-length: 9999\r\n\r\n`, 417],
])('the refusal of %s is read also by a client that keeps sending and reads later', async (_, first, status) => {
  const { port, sessions } = await serve({ timing: { requestMs: REQUEST_MS } });
  expect(await readLate(port, first)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect((await sessions.list()).items).toEqual([]);
});

test('a request that was answered before all of it came gets no second answer', async () => {
  const { port } = await serve({ timing: { requestMs: REQUEST_MS } });
  const slow = await begin(port, '/v1/sessions', { ...JSON_BODY, 'content-type': 'text/html' });
  slow.socket.write('<');
  await slow.closed;
  expect(slow.said()).toMatch(/^HTTP\/1\.1 415 /);
  expect(slow.said().match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test('a file may take longer than other bodies', async () => {
  const there = await serve();
  await there.given('ventas', 'LINKED');
  const { id } = await there.take('ventas');
  const secret = { 'x-passphrase': 'caballobateriagrapas' };
  const { body: file } = await there.ask(`/v1/sessions/ventas/snapshots/${id}/export`, { headers: secret });
  const { port } = await serve({ timing: { requestMs: REQUEST_MS } });
  const upload = await begin(port, '/v1/sessions/ventas/import', {
    ...{ 'content-type': 'application/octet-stream', ...secret, 'content-length': String(file.length) },
  });
  upload.socket.write(file.subarray(0, -3));
  // Another one, begun later, is late by now.
  const slow = await begin(port, '/v1/sessions', JSON_BODY);
  await slow.closed;
  expect(slow.said()).toMatch(/^HTTP\/1\.1 408 /);
  expect(upload.said()).toBe('');
  upload.socket.write(file.subarray(-3));
  await once(upload.socket, 'data');
  expect(upload.said()).toMatch(/^HTTP\/1\.1 201 /);
});
