import {
  adoptedSession,
  capabilities,
  checkReport,
  event,
  message,
  pairingCode,
  qrCode,
  session,
  transition,
} from '@leadmaster/protocol';
import { LOG_ID } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { serve } from './serve.ts';

describe('sessions', () => {
  test('say what their page can do, and take an override of features that there are', async () => {
    const { ask, sessions } = await serve();
    sessions.set('ventas', 'READY');
    const shown = await ask('/v1/sessions/ventas/capabilities');
    expect(capabilities.parse(shown.json)).toEqual(shown.json);
    const body = { override: ['text'] };
    const changed = await ask('/v1/sessions/ventas/capabilities', { method: 'PATCH', body });
    expect([changed.status, changed.json.overridden]).toEqual([200, ['text']]);
    for (const wrong of [{}, { override: ['voice'] }, { override: 'text' }, { override: [], more: 1 }]) {
      const refused = await ask('/v1/sessions/ventas/capabilities', { method: 'PATCH', body: wrong });
      expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
    }
    expect((await ask('/v1/sessions/none/capabilities')).status).toBe(404);
  });

  test('are made, listed, shown and removed', async () => {
    const { ask, sessions } = await serve();
    const made = await ask('/v1/sessions', { body: { name: 'ventas', metadata: { team: 'sur ñ 🙂' } } });
    expect([made.status, made.headers.location]).toEqual([201, '/v1/sessions/ventas']);
    expect(session.parse(made.json)).toEqual(made.json);
    expect(made.json).toMatchObject({ name: 'ventas', state: 'QR_REQUIRED', metadata: { team: 'sur ñ 🙂' } });
    expect((await ask('/v1/sessions', { body: { name: 'ventas' } })).json.code).toBe('session_exists');
    expect((await ask('/v1/sessions', { body: { name: 'quiet', start: false } })).json.state).toBe('STOPPED');
    const list = await ask('/v1/sessions');
    expect(list.json.items.map((s: { name: string }) => s.name)).toEqual(['ventas', 'quiet']);
    expect((await ask('/v1/sessions/ventas')).json.name).toBe('ventas');
    expect((await ask('/v1/sessions/none')).json).toMatchObject({ status: 404, code: 'session_not_found' });
    expect((await ask('/v1/sessions/none?purge=true', { method: 'DELETE' })).status).toBe(404);
    expect((await ask('/v1/sessions/ventas?purge=true', { method: 'DELETE' })).status).toBe(204);
    const gone = await ask('/v1/sessions/quiet?purge=false', { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect(sessions.changes).toEqual(['create ventas', 'create quiet', 'purge ventas', 'delete quiet']);
  });

  test('actions answer at once, or once the state is settled', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'STOPPED');
    for (const action of ['start', 'start', 'stop', 'stop', 'restart', 'logout']) {
      const answer = await ask(`/v1/sessions/a/${action}`, { method: 'POST' });
      expect([action, answer.status]).toEqual([action, 202]);
      expect(session.parse(answer.json)).toEqual(answer.json);
    }
    sessions.set('a', 'INITIALIZING');
    expect((await ask('/v1/sessions/a/start', { body: {} })).json.state).toBe('INITIALIZING');
    const waiting = ask('/v1/sessions/a/start?wait=30', { method: 'POST' });
    await expect.poll(() => sessions.waiters).toBe(1);
    sessions.set('a', 'READY');
    expect((await waiting).json.state).toBe('READY');
    sessions.set('a', 'STOPPING');
    const start = performance.now();
    expect((await ask('/v1/sessions/a/stop?wait=1', { method: 'POST' })).status).toBe(202);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('history and check', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'INITIALIZING');
    sessions.set('a', 'READY');
    const history = await ask('/v1/sessions/a/transitions?limit=1');
    expect(z.array(transition).parse(history.json.items)).toMatchObject([{ from: 'INITIALIZING', to: 'READY' }]);
    expect(checkReport.parse((await ask('/v1/sessions/a/check')).json).valid).toBe(true);
  });

  test('adopt claims a profile in its place; one from elsewhere is copied or moved', async () => {
    const { ask, sessions } = await serve();
    for (const name of ['admin', 'other']) sessions.set(name, 'UNCLAIMED');
    expect((await ask('/v1/sessions/admin/start', { method: 'POST' })).json.code).toBe('session_unclaimed');
    for (const wrong of [
      { path: '/somewhere/else' },
      { path: 'tokens/admin' },
      { path: '/nowhere/leadmaster-data/tokens/other' },
    ]) {
      const refused = await ask('/v1/sessions/adopt', { body: { name: 'admin', ...wrong } });
      expect([refused.status, refused.json.code, refused.json.missing]).toEqual([422, 'adopt_refused', 'mode']);
    }
    const adopted = await ask('/v1/sessions/adopt', { body: { name: 'admin' } });
    expect([adopted.status, adopted.json.state]).toEqual([201, 'STOPPED']);
    const path = '/nowhere/leadmaster-data/tokens/../tokens/other/';
    expect((await ask('/v1/sessions/adopt', { body: { name: 'other', path } })).status).toBe(201);
    expect((await ask('/v1/sessions/adopt', { body: { name: 'admin' } })).status).toBe(409);
    expect((await ask('/v1/sessions/adopt')).status).toBe(404);
    const from = { name: 'copy', path: '/srv/bot/session', mode: 'copy' };
    const copied = await ask('/v1/sessions/adopt', { body: from });
    expect(adoptedSession.parse(copied.json)).toMatchObject({ originRetired: false, adopted: { kind: 'local_auth' } });
    expect((await ask('/v1/sessions/adopt', { body: from })).json.code).toBe('session_exists');
    const later = await ask('/v1/sessions/adopt', {
      body: { ...from, name: 'moved', mode: 'move' },
      headers: { prefer: 'respond-async' },
    });
    expect([later.status, later.json.kind]).toEqual([202, 'adopt']);
    expect(sessions.changes).toEqual([
      'adopt admin',
      'adopt other',
      'copy /srv/bot/session to copy',
      'move /srv/bot/session to moved',
    ]);
  });
});

describe('linking', () => {
  test('the QR in four forms', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'QR_REQUIRED');
    const get = (accept?: string) => ask('/v1/sessions/a/qr', accept === undefined ? {} : { headers: { accept } });
    for (const accept of [undefined, '*/*', 'application/json', 'application/*', 'text/html, */*;q=0.1']) {
      const answer = await get(accept);
      expect(qrCode.parse(answer.json).qr).toBe('2@fake,qr,text==');
    }
    const png = await get('image/png');
    expect([png.headers['content-type'], png.body.subarray(1, 4).toString()]).toEqual(['image/png', 'PNG']);
    expect(png.headers['cache-control']).toBe('no-store');
    expect((await get('image/svg+xml')).text).toMatch(/^<svg /);
    expect((await get('text/plain')).text).toBe('2@fake,qr,text==');
    expect((await get('application/json;q=0.5, text/plain')).text).toBe('2@fake,qr,text==');
    expect((await get('image/*;q=0.2, application/json;q=0')).headers['content-type']).toBe('image/png');
    for (const accept of ['text/html', 'application/json;q=0', 'nonsense', 'image/png;q=x']) {
      const refused = await get(accept);
      expect([accept, refused.status, refused.json.code]).toEqual([accept, 406, 'not_acceptable']);
    }
    sessions.set('a', 'READY');
    expect((await get()).json).toMatchObject({ status: 409, code: 'not_waiting_for_qr', state: 'READY' });
  });

  test('the QR can be waited for; where none will come the answer comes at once', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'INITIALIZING');
    const get = (wait: string) => ask(`/v1/sessions/a/qr?wait=${wait}`, { headers: { accept: 'image/png' } });
    const waiting = get('20');
    const short = await get('0');
    expect([short.status, short.json.code, short.json.state]).toEqual([409, 'not_waiting_for_qr', 'INITIALIZING']);
    sessions.set('a', 'QR_REQUIRED');
    const answer = await waiting;
    expect([answer.status, answer.body.subarray(1, 4).toString()]).toEqual([200, 'PNG']);
    for (const state of ['READY', 'STOPPED', 'ERROR', 'WRONG_ACCOUNT', 'PASSKEY_REQUIRED'] as const) {
      sessions.set('a', state);
      expect((await get('600')).json).toMatchObject({ status: 409, code: 'not_waiting_for_qr', state });
    }
    for (const wait of ['601', '-1', '1.5', '']) expect((await get(wait)).status).toBe(400);
  });

  test('a pairing code', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'QR_REQUIRED');
    const code = await ask('/v1/sessions/a/pairing-code', { body: { phone: '5491100000001' } });
    expect([code.status, pairingCode.parse(code.json).code]).toEqual([200, 'ABCD1234']);
    for (const phone of ['12', '0491100000001', 5491100000001]) {
      expect((await ask('/v1/sessions/a/pairing-code', { body: { phone } })).status).toBe(400);
    }
  });
});

describe("an account that is not the session's own", () => {
  test('is accepted or unlinked by a word, and by nothing else', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'WRONG_ACCOUNT', { reason: 'other_account' });
    for (const body of [{}, { accept: false }, { accept: true, unlink: true }, undefined])
      expect(
        (await ask('/v1/sessions/a/account', { method: 'POST', ...(body === undefined ? {} : { body }) })).status,
      ).toBe(400);
    expect(sessions.changes).toEqual([]);
    expect((await ask('/v1/sessions/a/account', { body: { accept: true } })).json).toMatchObject({ state: 'READY' });
    expect((await ask('/v1/sessions/a/account', { body: { accept: true } })).json.code).toBe('wrong_state');
    sessions.set('a', 'WRONG_ACCOUNT', { reason: 'linked_elsewhere' });
    expect((await ask('/v1/sessions/a/account?wait=1', { body: { unlink: true } })).status).toBe(202);
    expect(sessions.changes).toEqual(['accept a', 'unlink a']);
  });
});

describe('messages', () => {
  test('are sent once per key and can be followed', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'READY');
    const body = { to: '5491100000001', text: 'hola' };
    const headers = { 'idempotency-key': 'order 17' };
    const first = await ask('/v1/sessions/a/messages', { body, headers });
    expect(first.status).toBe(202);
    const { replayed, ...made } = first.json;
    expect([replayed, first.headers['idempotent-replayed']]).toEqual([false, undefined]);
    expect(message.parse(made)).toEqual(made);
    const again = await ask('/v1/sessions/a/messages', { body, headers });
    expect(again.json).toEqual({ ...made, replayed: true });
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await ask('/v1/sessions/a/messages', { body: { ...body, text: 'chau' }, headers });
    expect([other.status, other.json.code]).toEqual([409, 'idempotency_conflict']);
    expect((await ask(String(first.headers.location))).json).toEqual(made);
    expect((await ask('/v1/sessions/a/messages?limit=5')).json.items).toEqual([made]);
    expect((await ask('/v1/sessions/a/messages/msg_none')).json.code).toBe('message_not_found');
    for (const key of ['', 'x'.repeat(256), 'ñ']) {
      const refused = await ask('/v1/sessions/a/messages', { body, headers: { 'idempotency-key': key } });
      expect([refused.status, refused.json.errors[0].in]).toEqual([400, 'headers']);
    }
    sessions.set('a', 'RECONNECTING');
    expect((await ask('/v1/sessions/a/messages', { body })).json.code).toBe('session_not_ready');
    expect(sessions.changes).toEqual(['send a']);
  });
});

describe('events as JSON', () => {
  test('pages by cursor, waits for the first, tells what is gone', async () => {
    const { ask, sessions } = await serve();
    sessions.set('a', 'STOPPED');
    sessions.set('b', 'STOPPED');
    for (let i = 0; i < 3; i++) sessions.emit('a', 'session.qr', { i });
    const page = await ask('/v1/events?after=1&limit=2');
    expect(
      z
        .array(event)
        .parse(page.json.items)
        .map((e) => e.id),
    ).toEqual([2, 3]);
    expect(page.json).toMatchObject({ cursor: 3, oldest: 1 });
    expect((await ask('/v1/sessions/b/events')).json.items).toHaveLength(1);
    expect((await ask('/v1/sessions/none/events')).status).toBe(404);
    expect((await ask('/v1/events?after=5')).json).toEqual({ items: [], cursor: 5, oldest: 1, logId: LOG_ID });
    const waiting = ask('/v1/sessions/b/events?after=5&wait=30');
    await expect.poll(() => sessions.waiters).toBe(1);
    sessions.emit('a', 'session.qr');
    sessions.emit('b', 'session.qr');
    expect((await waiting).json).toMatchObject({ cursor: 7 });
    sessions.forgetUpTo(4);
    expect((await ask('/v1/events')).json).toMatchObject({ oldest: 5 });
  });
});

describe('the service itself', () => {
  test('health, ready, metrics, description', async () => {
    let ready = false;
    const { ask } = await serve({ ready: () => ready });
    const health = await ask('/health', { key: null });
    expect([health.status, health.json.status, health.json.version]).toEqual([200, 'ok', '0.1.0']);
    expect((await ask('/health', { method: 'HEAD', key: null })).text).toBe('');
    const before = await ask('/ready', { key: null });
    expect([before.status, before.json.code]).toEqual([503, 'not_ready']);
    ready = true;
    expect((await ask('/ready', { key: null })).json).toEqual({ status: 'ready' });
    expect((await ask('/metrics', { key: null })).status).toBe(401);
    expect((await ask('/metrics')).text).toContain(
      'leadmaster_http_request_seconds_count{method="GET",route="/health"',
    );
    const docs = await ask('/docs', { key: null });
    expect([docs.status, docs.text.includes('swagger-ui-bundle.js')]).toEqual([200, true]);
    for (const file of ['swagger-ui-bundle.js', 'swagger-initializer.js', 'swagger-ui.css']) {
      expect([file, (await ask(`/docs/static/${file}`, { key: null })).status]).toEqual([file, 200]);
    }
    expect(docs.headers['content-security-policy']).toContain("connect-src 'self'");
  });
});
