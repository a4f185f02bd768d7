import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { startTestManager, usedSince } from '@leadmaster/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, type Ask, send, serve } from './serve.ts';

const STORE = 'https_web.whatsapp.com_0.indexeddb.leveldb';
const SECRET = 'caballo batería grapa';
const HEADER = { 'x-passphrase': encodeURIComponent(SECRET) };
const BYTES = { 'content-type': 'application/octet-stream', ...HEADER };

/** An export of a session that another machine has made. */
let file: Buffer;
beforeAll(async () => {
  const there = await startTestManager();
  await there.given('ventas', 'LINKED');
  const { id } = await there.take('ventas');
  const answer = await send(there.port, `/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
  file = answer.body;
  await there.close();
});

describe('export', () => {
  test('streams a file, says what is in it, and keeps the passphrase out of every line of the log', async () => {
    const { ask, given, logLines, take } = await serve();
    await given('ventas', 'LINKED');
    const { id, bytes } = await take('ventas');
    const answer = await ask(`/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="ventas-${id}.lmx"`,
      'x-snapshot-bytes': String(bytes),
    });
    expect(answer.body.length).toBeGreaterThan(100);
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

  test('that breaks off ends the connection before the end: half of it is not taken for a file', async () => {
    const { blobs, damageVault, dataDir, given, port, take } = await serve();
    await given('ventas', 'LINKED');
    await writeFile(join(dataDir, 'tokens/ventas/Default/IndexedDB', STORE, '000009.ldb'), randomBytes(3_000_000));
    const { id } = await take('ventas');
    expect((await Array.fromAsync(blobs.list('packs/'))).length).toBeGreaterThan(0);
    await damageVault();
    const answer = send(port, `/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
    await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('import', () => {
  test('makes a session of a file that is sent, and says where it is', async () => {
    const { ask, logLines, snapshots } = await serve();
    const answer = await ask('/v1/sessions/ventas/import', { headers: BYTES, body: file });
    expect([answer.status, answer.json?.originRetired, answer.headers.location]).toEqual([
      201,
      false,
      '/v1/sessions/ventas',
    ]);
    const again = await ask('/v1/sessions/ventas/import', { headers: BYTES, body: file });
    expect([again.status, again.json.code]).toEqual([409, 'session_exists']);
    const wanted = '?replace=true&originRetired=true&start=true';
    const replaced = await ask(`/v1/sessions/ventas/import${wanted}`, { headers: BYTES, body: file });
    expect([replaced.status, replaced.json.originRetired]).toEqual([201, true]);
    // The login that was in place is kept.
    expect((await snapshots.list('ventas')).items.map(({ reason }) => reason)).toContain('before_restore');
    expect(logLines.join('\n')).not.toContain('grapa');
  });

  test('takes what is larger than any other body may be', async () => {
    const { ask, dataDir, given, take } = await serve();
    await given('ventas', 'LINKED');
    await writeFile(join(dataDir, 'tokens/ventas/Default/IndexedDB', STORE, '000009.ldb'), randomBytes(5_000_000));
    const { id } = await take('ventas');
    const { body: large } = await ask(`/v1/sessions/ventas/snapshots/${id}/export`, { headers: HEADER });
    expect(large.length).toBeGreaterThan(5_000_000);
    const other = await serve();
    const taken = await other.ask('/v1/sessions/ventas/import', { headers: BYTES, body: large });
    expect([taken.status, taken.json.code]).toEqual([201, undefined]);
  });

  test.each<[string, () => Ask, number]>([
    ['no file', () => ({ headers: HEADER, method: 'POST' }), 415],
    ['JSON', () => ({ headers: HEADER, body: { a: 1 } }), 415],
    ['another type', () => ({ headers: { ...BYTES, 'content-type': 'text/plain' }, body: file }), 415],
    ['no passphrase', () => ({ headers: { 'content-type': 'application/octet-stream' }, body: file }), 400],
    [
      'another passphrase',
      () => ({ headers: { ...BYTES, 'x-passphrase': 'something-else-entirely' }, body: file }),
      422,
    ],
    ['something else', () => ({ headers: BYTES, body: Buffer.alloc(3_000_000, 'x') }), 502],
  ])('refuses %s, and makes nothing', async (_, what, status) => {
    const { ask, sessions } = await serve();
    const answer = await ask('/v1/sessions/ventas/import', what());
    expect([answer.status, answer.headers['content-type']]).toEqual([status, expect.stringContaining('problem+json')]);
    if (status === 415) expect(answer.json.hint).toContain('application/octet-stream');
    expect((await sessions.list()).items).toEqual([]);
    expect((await ask('/v1/recover')).json.items).toEqual([]);
  });

  test('other routes take no files', async () => {
    const { ask } = await serve();
    const answer = await ask('/v1/sessions', { headers: BYTES, body: file });
    expect([answer.status, answer.json.code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.json.hint).toContain('application/json');
  });

  test('says that the name is taken while the file is still coming', async () => {
    const { given, port } = await serve();
    await given('ventas', 'STOPPED');
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
    const { app, ask, logLines, port, sessions } = await serve();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const headers = { ...BYTES, host: 'x', authorization: `Bearer ${ADMIN_KEY}`, 'content-length': '5000' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`POST /v1/sessions/ventas/import HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(file.subarray(0, 100));
    const [request] = await once(app.server, 'request');
    const closed = once(request.socket, 'close');
    socket.destroy();
    await closed;
    expect((await sessions.list()).items).toEqual([]);
    expect((await ask('/v1/recover')).json.items).toEqual([]);
    expect(logLines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});

describe('retire', () => {
  test('gives a stopped session up for its last snapshot, and for no other', async () => {
    const { ask, dataDir, given, take } = await serve();
    await given('ventas', 'READY');
    const old = (await take('ventas')).id;
    await usedSince(dataDir, 'ventas');
    const last = (await take('ventas')).id;
    const retire = (snapshot: unknown) => ask('/v1/sessions/ventas/retire', { body: { snapshot } });
    expect((await retire(last)).json.code).toBe('session_running');
    await ask('/v1/sessions/ventas/stop?wait=30', { method: 'POST' });
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
    const { ask } = await serve();
    await ask('/v1/sessions/ventas/import', { headers: BYTES, body: file });
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
