import { createHash } from 'node:crypto';
import { TRANSFER_PIECE } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

const KEY = 'a-key-of-the-other-manager';
const TO = 'https://other.example:3001';
const BYTES = { 'content-type': 'application/octet-stream' };
const ID = 'tr_5b0f2f3e-54c0-4a0c-8a6e-9f1d7d1f0a11';
const PREPARE = {
  ...{ version: 1, id: ID, session: 'ventas', replaces: [], generation: 1, chromium: null, bytes: 3 },
  ...{ metadata: {}, account: null, desired: 'running' },
};
const CONTENT = Buffer.from('abc');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

/** Another manager, which takes sessions that are sent with its key. */
async function other() {
  const there = await serve({ env: { LEADMASTER_ADMIN_KEY: KEY } });
  return { ...there, body: { to: `http://127.0.0.1:${there.port}`, key: KEY } };
}

describe('a transfer', () => {
  test('is asked for with an address and a key, and the key is in no line of the log and in no answer', async () => {
    const { ask, given, logLines } = await serve();
    const there = await other();
    await given('ventas', 'LINKED');
    const answer = await ask('/v1/sessions/ventas/transfer', { body: there.body });
    expect([answer.status, answer.json.state]).toEqual([200, 'MOVED']);
    expect((await there.sessions.get('ventas')).account).not.toBeNull();
    const { text } = await ask('/v1/operations');
    expect(text).toContain('"kind":"transfer"');
    expect([...logLines, text, answer.text].join('\n')).not.toContain(KEY);
  });

  test('that did not come to its end is taken back with the word for it', async () => {
    const { ask, given } = await serve();
    const there = await other();
    await given('ventas', 'LINKED');
    await there.app.close();
    const refused = await ask('/v1/sessions/ventas/transfer', { body: there.body });
    expect(refused.status).toBeGreaterThanOrEqual(500);
    const back = await ask('/v1/sessions/ventas/transfer', { body: { ...there.body, undo: true } });
    expect([back.status, back.json.state]).toEqual([200, 'STOPPED']);
  });

  test('can be followed as an operation', async () => {
    const { ask, given } = await serve();
    const { body } = await other();
    await given('ventas', 'LINKED');
    const begun = await ask('/v1/sessions/ventas/transfer', { body, headers: { prefer: 'respond-async' } });
    expect([begun.status, begun.json.kind, begun.json.session]).toEqual([202, 'transfer', 'ventas']);
    const ended = await ask(`${begun.headers.location}?wait=10`);
    expect(ended.json).toMatchObject({ state: 'done', result: { state: 'MOVED' } });
  });

  test.each([
    [{ to: TO }],
    [{ key: KEY }],
    [{ to: '', key: KEY }],
    [{ to: TO, key: `with a blank ${KEY}` }],
    [{ to: TO, key: '' }],
    [{ to: TO, key: KEY, force: true }],
  ])('is refused as %j without saying the key', async (body) => {
    const { ask, fingerprint, given, logLines } = await serve();
    await given('ventas', 'LINKED');
    const before = await fingerprint();
    const answer = await ask('/v1/sessions/ventas/transfer', { body });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect([answer.text, ...logLines].join('\n')).not.toContain(KEY);
    expect(await fingerprint()).toBe(before);
  });
});

describe('what another manager asks', () => {
  test('goes from the announcement to the sealed profile, and can be given up', async () => {
    const { ask } = await serve();
    const prepared = await ask('/v1/transfers', { body: PREPARE });
    expect([prepared.status, prepared.headers.location]).toEqual([201, `/v1/transfers/${ID}`]);
    const missing = await ask(`/v1/transfers/${ID}/missing`, { body: { hashes: [SHA256] } });
    expect(missing.json).toEqual({ missing: [SHA256] });
    const place = `/v1/transfers/${ID}/blobs/${SHA256}?offset=0&size=3`;
    const piece = await ask(place, { method: 'PUT', headers: BYTES, body: CONTENT });
    expect([piece.status, piece.json]).toEqual([200, { received: 3 }]);
    expect((await ask(`/v1/transfers/${ID}/missing`, { body: { hashes: [SHA256] } })).json).toEqual({ missing: [] });
    const seal = { entries: [], caughtUpTo: null, told: [] };
    expect((await ask(`/v1/transfers/${ID}/commit`, { body: {} })).status).toBe(409);
    expect((await ask(`/v1/transfers/${ID}/seal`, { body: seal })).json.code).toBe('transfer_incomplete');
    expect((await ask(`/v1/transfers/${ID}`)).json).toMatchObject({ session: 'ventas', phase: 'prepared' });
    expect((await ask(`/v1/transfers/${ID}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(`/v1/transfers/${ID}/commit`, { body: {} })).status).toBe(409);
  });

  test('needs the key of this manager', async () => {
    const { ask, fingerprint } = await serve();
    const before = await fingerprint();
    for (const key of [null, KEY]) {
      expect((await ask('/v1/transfers', { key, body: PREPARE })).status).toBe(401);
      const place = `/v1/transfers/${ID}/blobs/${SHA256}?offset=0&size=3`;
      expect((await ask(place, { key, method: 'PUT', headers: BYTES, body: CONTENT })).status).toBe(401);
    }
    expect(await fingerprint()).toBe(before);
  });

  test('takes a whole piece, and a manifest that is larger than other bodies', async () => {
    const { ask } = await serve();
    await ask('/v1/transfers', { body: PREPARE });
    const whole = Buffer.alloc(TRANSFER_PIECE);
    const hash = createHash('sha256').update(whole).digest('hex');
    const place = `/v1/transfers/${ID}/blobs/${hash}?offset=0&size=${TRANSFER_PIECE}`;
    expect((await ask(place, { method: 'PUT', headers: BYTES, body: whole })).json).toEqual({
      received: TRANSFER_PIECE,
    });
    const more = Buffer.alloc(TRANSFER_PIECE + 2 ** 20);
    const refused = await ask(place, { method: 'PUT', headers: BYTES, body: more });
    expect([refused.status, refused.json.code]).toEqual([413, 'payload_too_large']);
    const told = Array.from({ length: 60_000 }, (_, number) => `false_5491100000001@c.us_${number}`);
    const seal = { entries: [], caughtUpTo: null, told };
    // It is read, and judged by what is in it: no login.
    expect((await ask(`/v1/transfers/${ID}/seal`, { body: seal })).json.code).toBe('transfer_incomplete');
  });

  test.each([
    ['PUT', `/v1/transfers/${ID}/blobs/${SHA256}?offset=0&size=3`, { 'content-type': 'application/json' }, '{}', 415],
    ['PUT', `/v1/transfers/${ID}/blobs/../x?offset=0&size=3`, BYTES, 'abc', 404],
    ['PUT', `/v1/transfers/${ID}/blobs/${SHA256.toUpperCase()}?offset=0&size=3`, BYTES, 'abc', 400],
    ['PUT', `/v1/transfers/${ID}/blobs/${SHA256}?offset=-1&size=3`, BYTES, 'abc', 400],
    ['PUT', `/v1/transfers/${ID}/blobs/${SHA256}?offset=0`, BYTES, 'abc', 400],
    ['GET', '/v1/transfers/tr_1', {}, undefined, 400],
    ['POST', `/v1/transfers/${ID}/commit`, {}, '{"force":true}', 400],
    ['POST', `/v1/transfers/${ID}/missing`, {}, '{"hashes":["zz"]}', 400],
  ])('%s %s is refused when it is out of rule', async (method, path, headers, body, status) => {
    const { ask } = await serve();
    await ask('/v1/transfers', { body: PREPARE });
    const answer = await ask(path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });
});
