import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
import { OTHER_PHONE, putLogin } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { serve } from './serve.ts';

describe('sessions', () => {
  test('say what their page can do, and take an override of features that there are', async () => {
    const { ask, given } = await serve();
    await given('ventas', 'READY');
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
    const { ask, blobs, given, take } = await serve();
    const made = await ask('/v1/sessions', { body: { name: 'ventas', metadata: { team: 'sur ñ 🙂' } } });
    expect([made.status, made.headers.location]).toEqual([201, '/v1/sessions/ventas']);
    expect(session.parse(made.json)).toEqual(made.json);
    expect(made.json).toMatchObject({ name: 'ventas', state: 'INITIALIZING', metadata: { team: 'sur ñ 🙂' } });
    expect((await ask('/v1/sessions', { body: { name: 'ventas' } })).json.code).toBe('session_exists');
    expect((await ask('/v1/sessions', { body: { name: 'quiet', start: false } })).json.state).toBe('STOPPED');
    const list = await ask('/v1/sessions');
    expect(list.json.items.map((s: { name: string }) => s.name)).toEqual(['quiet', 'ventas']);
    expect((await ask('/v1/sessions/ventas')).json.name).toBe('ventas');
    expect((await ask('/v1/sessions/none')).json).toMatchObject({ status: 404, code: 'session_not_found' });
    expect((await ask('/v1/sessions/none?purge=true', { method: 'DELETE' })).status).toBe(404);
    for (const name of ['ventas', 'quiet']) {
      await given(name, 'LINKED');
      await take(name);
    }
    expect((await ask('/v1/sessions/ventas?purge=true', { method: 'DELETE' })).status).toBe(204);
    const gone = await ask('/v1/sessions/quiet?purge=false', { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await ask('/v1/sessions')).json.items).toEqual([]);
    expect(await Array.fromAsync(blobs.list('destroyed/'))).toHaveLength(1);
    const kept = (await ask('/v1/sessions/quiet/snapshots')).json.items;
    expect(kept.map(({ reason }: { reason: string }) => reason)).toEqual(['before_delete', 'requested']);
  });

  test('actions answer at once, or once the state is settled', async () => {
    const { app, ask, given, stage } = await serve();
    await given('a', 'STOPPED');
    for (const action of ['start', 'start', 'stop', 'stop', 'restart', 'logout']) {
      const answer = await ask(`/v1/sessions/a/${action}`, { method: 'POST' });
      expect([action, answer.status]).toEqual([action, 202]);
      expect(session.parse(answer.json)).toEqual(answer.json);
    }
    await given('a', 'INITIALIZING');
    expect((await ask('/v1/sessions/a/start', { body: {} })).json.state).toBe('INITIALIZING');
    const arrived = once(app.server, 'request');
    const waiting = ask('/v1/sessions/a/start?wait=30', { method: 'POST' });
    await arrived;
    await stage.scan('a');
    expect((await waiting).json.state).toBe('READY');
    await given('b', 'RECONNECTING');
    const start = performance.now();
    const still = await ask('/v1/sessions/b/start?wait=1', { method: 'POST' });
    expect([still.status, still.json.state]).toEqual([202, 'RECONNECTING']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('history and check', async () => {
    const { ask, given } = await serve();
    await given('a', 'READY');
    const history = await ask('/v1/sessions/a/transitions?limit=1');
    expect(z.array(transition).parse(history.json.items)).toMatchObject([{ from: 'AUTHENTICATED', to: 'READY' }]);
    expect(checkReport.parse((await ask('/v1/sessions/a/check')).json).valid).toBe(true);
  });

  test('adopt claims a profile in its place; one from elsewhere is copied or moved', async () => {
    const { ask, dataDir, given } = await serve();
    for (const name of ['admin', 'other']) await given(name, 'UNCLAIMED');
    expect((await ask('/v1/sessions/admin/start', { method: 'POST' })).json.code).toBe('session_unclaimed');
    const folder = join(dataDir, '../bot/session');
    const other = join(dataDir, '../bot/other');
    for (const each of [folder, other]) await putLogin(each);
    for (const wrong of [{ path: folder }, { path: 'tokens/admin' }, { path: join(dataDir, 'tokens/other') }]) {
      const refused = await ask('/v1/sessions/adopt', { body: { name: 'admin', ...wrong } });
      expect([wrong, refused.status, refused.json.code]).toEqual([wrong, 422, 'adopt_refused']);
    }
    expect((await ask('/v1/sessions/adopt', { body: { name: 'third', path: folder } })).json.missing).toBe('mode');
    const adopted = await ask('/v1/sessions/adopt', { body: { name: 'admin' } });
    expect([adopted.status, adopted.json.state]).toEqual([201, 'STOPPED']);
    const path = `${dataDir}/tokens/../tokens/other/`;
    expect((await ask('/v1/sessions/adopt', { body: { name: 'other', path } })).status).toBe(201);
    expect((await ask('/v1/sessions/adopt', { body: { name: 'admin' } })).status).toBe(409);
    expect((await ask('/v1/sessions/adopt')).status).toBe(404);
    const from = { name: 'copy', path: folder, mode: 'copy' };
    const copied = await ask('/v1/sessions/adopt', { body: from });
    expect(adoptedSession.parse(copied.json)).toMatchObject({ originRetired: false, adopted: { path: folder } });
    expect((await ask('/v1/sessions/adopt', { body: { ...from, name: 'admin' } })).json.code).toBe('session_exists');
    const later = await ask('/v1/sessions/adopt', {
      body: { path: other, name: 'moved', mode: 'move' },
      headers: { prefer: 'respond-async' },
    });
    expect([later.status, later.json.kind]).toEqual([202, 'adopt']);
    expect((await ask(`${later.headers.location}?wait=30`)).json).toMatchObject({ state: 'done', error: null });
    expect([existsSync(folder), existsSync(other)]).toEqual([true, false]);
  });
});

describe('linking', () => {
  test('the QR in four forms', async () => {
    const { ask, given } = await serve();
    await given('a', 'QR_REQUIRED');
    const get = (accept?: string) => ask('/v1/sessions/a/qr', accept === undefined ? {} : { headers: { accept } });
    for (const accept of [undefined, '*/*', 'application/json', 'application/*', 'text/html, */*;q=0.1']) {
      const answer = await get(accept);
      expect(qrCode.parse(answer.json).qr).toBe('ref-1');
    }
    const png = await get('image/png');
    expect([png.headers['content-type'], png.body.subarray(1, 4).toString()]).toEqual(['image/png', 'PNG']);
    expect(png.headers['cache-control']).toBe('no-store');
    expect((await get('image/svg+xml')).text).toMatch(/^<svg /);
    expect((await get('text/plain')).text).toBe('ref-1');
    expect((await get('application/json;q=0.5, text/plain')).text).toBe('ref-1');
    expect((await get('image/*;q=0.2, application/json;q=0')).headers['content-type']).toBe('image/png');
    for (const accept of ['text/html', 'application/json;q=0', 'nonsense', 'image/png;q=x']) {
      const refused = await get(accept);
      expect([accept, refused.status, refused.json.code]).toEqual([accept, 406, 'not_acceptable']);
    }
    await given('a', 'READY');
    expect((await get()).json).toMatchObject({ status: 409, code: 'not_waiting_for_qr', state: 'READY' });
  });

  test('the QR can be waited for; where none will come the answer comes at once', async () => {
    const { ask, engine, given } = await serve();
    await given('a', 'INITIALIZING');
    const get = (wait: string, name = 'a') =>
      ask(`/v1/sessions/${name}/qr?wait=${wait}`, { headers: { accept: 'image/png' } });
    const waiting = get('20');
    const short = await get('0');
    expect([short.status, short.json.code, short.json.state]).toEqual([409, 'not_waiting_for_qr', 'INITIALIZING']);
    (await engine.runOf('a')).showQr();
    const answer = await waiting;
    expect([answer.status, answer.body.subarray(1, 4).toString()]).toEqual([200, 'PNG']);
    for (const state of ['READY', 'STOPPED', 'ERROR', 'WRONG_ACCOUNT', 'PASSKEY_REQUIRED'] as const) {
      const name = state.toLowerCase().replaceAll('_', '-');
      await given(name, state);
      expect((await get('600', name)).json).toMatchObject({ status: 409, code: 'not_waiting_for_qr', state });
    }
    for (const wait of ['601', '-1', '1.5', '']) expect((await get(wait)).status).toBe(400);
  });

  test('a pairing code', async () => {
    const { ask, given } = await serve();
    await given('a', 'QR_REQUIRED');
    const code = await ask('/v1/sessions/a/pairing-code', { body: { phone: '5491100000001' } });
    expect([code.status, pairingCode.parse(code.json).code]).toEqual([200, 'ABCD1234']);
    for (const phone of ['12', '0491100000001', 5491100000001]) {
      expect((await ask('/v1/sessions/a/pairing-code', { body: { phone } })).status).toBe(400);
    }
  });
});

describe("an account that is not the session's own", () => {
  test('is accepted or unlinked by a word, and by nothing else', async () => {
    const { ask, engine, fingerprint, given } = await serve();
    await given('a', 'WRONG_ACCOUNT');
    const { account, owner } = (await ask('/v1/sessions/a')).json;
    expect([account.phone, owner.phone]).toEqual([OTHER_PHONE, expect.not.stringMatching(OTHER_PHONE)]);
    const before = await fingerprint();
    for (const body of [{}, { accept: false }, { accept: true, unlink: true }, undefined])
      expect(
        (await ask('/v1/sessions/a/account', { method: 'POST', ...(body === undefined ? {} : { body }) })).status,
      ).toBe(400);
    expect(await fingerprint()).toBe(before);
    expect((await ask('/v1/sessions/a/account', { body: { accept: true } })).json).toMatchObject({ state: 'READY' });
    expect((await ask('/v1/sessions/a/account', { body: { accept: true } })).json.code).toBe('wrong_state');
    await given('b', 'WRONG_ACCOUNT');
    const run = await engine.runOf('b');
    expect((await ask('/v1/sessions/b/account?wait=1', { body: { unlink: true } })).status).toBe(202);
    expect(run.isLoggedOut).toBe(true);
  });
});

describe('messages', () => {
  test('are sent once per key and can be followed', async () => {
    const { ask, engine, given } = await serve();
    await given('a', 'READY');
    const body = { to: '5491100000001', text: 'hola' };
    const headers = { 'idempotency-key': 'order 17' };
    const first = await ask('/v1/sessions/a/messages', { body, headers });
    expect(first.status).toBe(202);
    const { replayed, ...made } = first.json;
    expect([replayed, first.headers['idempotent-replayed']]).toEqual([false, undefined]);
    expect(message.parse(made)).toEqual(made);
    const again = await ask('/v1/sessions/a/messages', { body, headers });
    expect(again.json).toMatchObject({ id: made.id, to: made.to, replayed: true });
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await ask('/v1/sessions/a/messages', { body: { ...body, text: 'chau' }, headers });
    expect([other.status, other.json.code]).toEqual([409, 'idempotency_conflict']);
    await expect.poll(async () => (await ask(String(first.headers.location))).json.state).toBe('SENT');
    const { json: sent } = await ask(String(first.headers.location));
    expect(sent).toMatchObject({ id: made.id, to: made.to });
    expect((await ask('/v1/sessions/a/messages?limit=5')).json.items).toEqual([sent]);
    expect((await ask('/v1/sessions/a/messages/msg_none')).json.code).toBe('message_not_found');
    for (const key of ['', 'x'.repeat(256), 'ñ']) {
      const refused = await ask('/v1/sessions/a/messages', { body, headers: { 'idempotency-key': key } });
      expect([refused.status, refused.json.errors[0].in]).toEqual([400, 'headers']);
    }
    await given('a', 'RECONNECTING');
    expect((await ask('/v1/sessions/a/messages', { body })).json.code).toBe('session_not_ready');
    expect((await engine.runOf('a')).sent).toEqual([]);
  });
});

describe('events as JSON', () => {
  test('pages by cursor, waits for the first, tells what is gone', async () => {
    const { ask, engine, given, sessions, store, waiters } = await serve();
    await given('b', 'STOPPED');
    await given('a', 'QR_REQUIRED');
    const run = await engine.runOf('a');
    const all = z.array(event).parse((await ask('/v1/events')).json.items);
    expect(all.length).toBeGreaterThan(3);
    const page = await ask('/v1/events?after=1&limit=2');
    expect(page.json.items).toEqual(all.slice(1, 3));
    expect(page.json).toMatchObject({ cursor: 3, oldest: 1 });
    const ofB = (await ask('/v1/sessions/b/events')).json.items;
    expect(ofB).toEqual(all.filter(({ session: name }) => name === 'b'));
    expect((await ask('/v1/sessions/none/events')).status).toBe(404);
    const { newest: last, logId } = sessions.eventLog();
    expect((await ask(`/v1/events?after=${last}`)).json).toEqual({ items: [], cursor: last, oldest: 1, logId });
    const waiting = ask(`/v1/sessions/b/events?after=${last}&wait=30`);
    await expect.poll(waiters).toBe(1);
    run.showQr(2);
    await expect.poll(() => sessions.lastEventId()).toBeGreaterThan(last);
    await ask('/v1/sessions/b', { method: 'DELETE' });
    const { json: heard } = await waiting;
    expect(heard.items).toMatchObject([{ session: 'b' }]);
    expect(heard.cursor).toBe(heard.items[0].id);
    store.sweep({ events: 2, eventDays: 1, transitions: 100, keepBytes: 0 });
    expect((await ask('/v1/events')).json).toMatchObject({ oldest: sessions.lastEventId() - 1 });
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
