import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY, send, serve } from './serve.ts';

const SECRET = 'caballo batería grapa';
const HEADER = { 'x-passphrase': encodeURIComponent(SECRET) };
const BYTES = { 'content-type': 'application/octet-stream', ...HEADER };
const FILE = Buffer.from(`fake export ${SECRET.length}\nabc`);

describe('export', () => {
  test('streams a file, says what is in it, and keeps the passphrase out of every line of the log', async () => {
    const { ask, sessions, snapshots, logLines } = await serve();
    sessions.set('ventas', 'STOPPED');
    const { id, bytes } = snapshots.take('ventas');
    const answer = await ask(`/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="ventas-${id}.lmx"`,
      'x-snapshot-bytes': String(bytes),
    });
    expect(answer.body.length).toBeGreaterThan(100_000);
    expect(answer.text.startsWith(`fake export ${SECRET.length}\n`)).toBe(true);
    for (const bad of ['short', '%', '%E0%A4%A', '']) {
      const refused = await ask(`/v1/sessions/ventas/snapshots/${id}/export`, { headers: { 'x-passphrase': bad } });
      expect([bad, refused.status, refused.json.code]).toEqual([bad, 400, 'passphrase_refused']);
    }
    const none = await ask(`/v1/sessions/ventas/snapshots/${id}/export`);
    expect([none.status, none.json.code]).toEqual([400, 'passphrase_refused']);
    const missing = await ask('/v1/sessions/ventas/snapshots/9-9/export', { headers: HEADER });
    expect([missing.status, missing.json.code]).toEqual([404, 'snapshot_not_found']);
    expect(logLines.length).toBeGreaterThan(5);
    for (const word of [SECRET, encodeURIComponent(SECRET), 'grapa']) expect(logLines.join('\n')).not.toContain(word);
  });

  test('that breaks off ends the connection early: half of it never looks like a file', async () => {
    const { port, sessions, snapshots } = await serve();
    sessions.set('ventas', 'STOPPED');
    const { id } = snapshots.take('ventas');
    snapshots.damage(id);
    const answer = send(port, `/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('import', () => {
  test('makes a session of a file that is sent, and says where it is', async () => {
    const { ask, snapshots, logLines } = await serve();
    const answer = await ask('/v1/sessions/ventas/import', { headers: BYTES, body: FILE });
    expect([answer.status, answer.json?.originRetired, answer.headers.location]).toEqual([
      201,
      false,
      '/v1/sessions/ventas',
    ]);
    const again = await ask('/v1/sessions/ventas/import', { headers: BYTES, body: FILE });
    expect([again.status, again.json.code]).toEqual([409, 'session_exists']);
    const wanted = '?replace=true&originRetired=true&start=true';
    const replaced = await ask(`/v1/sessions/ventas/import${wanted}`, { headers: BYTES, body: FILE });
    expect([replaced.status, replaced.json.originRetired]).toEqual([201, true]);
    expect(snapshots.changes).toEqual(['import ventas', 'import ventas']);
    expect(logLines.join('\n')).not.toContain('grapa');
  });

  test('takes what is larger than any other body may be', async () => {
    const { ask } = await serve();
    const large = Buffer.concat([FILE, Buffer.alloc(5_000_000)]);
    expect((await ask('/v1/sessions/ventas/import', { headers: BYTES, body: large })).status).toBe(201);
  });

  test.each([
    ['no file', { headers: HEADER, method: 'POST' }, 415],
    ['JSON', { headers: HEADER, body: { a: 1 } }, 415],
    ['another type', { headers: { ...BYTES, 'content-type': 'text/plain' }, body: FILE }, 415],
    ['no passphrase', { headers: { 'content-type': 'application/octet-stream' }, body: FILE }, 400],
    ['another passphrase', { headers: { ...BYTES, 'x-passphrase': 'something-else-entirely' }, body: FILE }, 422],
    ['something else', { headers: BYTES, body: Buffer.alloc(3_000_000, 'x') }, 502],
  ])('refuses %s, and makes nothing', async (_, what, status) => {
    const { ask, sessions, snapshots } = await serve();
    const answer = await ask('/v1/sessions/ventas/import', what);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, expect.stringContaining('problem+json')]);
    if (status === 415) expect(answer.json.hint).toContain('application/octet-stream');
    expect([sessions.changes, snapshots.changes]).toEqual([[], []]);
  });

  test('other routes take no files', async () => {
    const { ask } = await serve();
    const answer = await ask('/v1/sessions', { headers: BYTES, body: FILE });
    expect([answer.status, answer.json.code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.json.hint).toContain('application/json');
  });

  test('says that the name is taken while the file is still coming', async () => {
    const { port, sessions } = await serve();
    sessions.set('ventas', 'STOPPED');
    const request = httpRequest({
      ...{ host: '127.0.0.1', port, path: '/v1/sessions/ventas/import', method: 'POST', agent: false },
      headers: { ...BYTES, authorization: `Bearer ${ADMIN_KEY}`, 'content-length': 500_000_000 },
    });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(1_000_000));
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(409);
    request.destroy();
  });

  test('that breaks off makes nothing, and is no fault of ours', async () => {
    const { port, snapshots, logLines } = await serve();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const headers = { ...BYTES, host: 'x', authorization: `Bearer ${ADMIN_KEY}`, 'content-length': '5000' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST /v1/sessions/ventas/import HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(FILE);
    await expect.poll(() => snapshots.receiving).toBe(1);
    socket.destroy();
    await expect.poll(() => snapshots.receiving).toBe(0);
    expect(snapshots.changes).toEqual([]);
    expect(logLines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});

describe('retire', () => {
  test('gives a stopped session up for its last snapshot, and for no other', async () => {
    const { ask, sessions, snapshots } = await serve();
    sessions.set('ventas', 'READY');
    const [old, last] = [snapshots.take('ventas').id, snapshots.take('ventas').id];
    const retire = (snapshot: unknown) => ask('/v1/sessions/ventas/retire', { body: { snapshot } });
    expect((await retire(last)).json.code).toBe('session_running');
    sessions.set('ventas', 'STOPPED');
    expect((await retire(old)).json.code).toBe('newer_login');
    expect((await retire('9-9')).json.code).toBe('snapshot_not_found');
    expect((await retire('../x')).json.code).toBe('invalid_request');
    const answer = await retire(last);
    expect([answer.status, answer.json.state]).toEqual([200, 'MOVED']);
    expect((await ask('/v1/sessions/nobody/retire', { body: { snapshot: last } })).status).toBe(404);
  });
});

describe('start', () => {
  test('of a copy needs the word that its origin is retired', async () => {
    const { ask, sessions } = await serve();
    sessions.set('ventas', 'STOPPED', { originRetired: false });
    const start = (body?: unknown) =>
      ask('/v1/sessions/ventas/start', { method: 'POST', ...(body === undefined ? {} : { body }) });
    for (const body of [undefined, {}]) expect((await start(body)).json.code).toBe('origin_not_retired');
    for (const body of [{ originRetired: false }, { originRetired: 'true' }, { other: 1 }, []]) {
      expect((await start(body)).json.code).toBe('invalid_request');
    }
    expect((await start({ originRetired: true })).status).toBe(202);
    expect((await start()).status).toBe(202);
  });
});
