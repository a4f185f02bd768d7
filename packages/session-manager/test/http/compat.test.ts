import { unanswered, unknownNumber } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { compatStatus } from '../../src/http/compat-words.ts';
import { type Ask, serve } from './serve.ts';

const TEXT = { to: '5491100000001', message: 'hola' };

describe('routes of earlier LeadMaster services', () => {
  test('status, with and without a session', async () => {
    const { ask, given } = await serve();
    expect((await ask('/status')).json).toEqual({
      status: 'DISCONNECTED',
      state: null,
      connected: false,
      account: null,
    });
    await given('admin', 'READY');
    await given('other', 'RECONNECTING');
    expect((await ask('/status', { headers: { 'x-cliente-id': '1' } })).json).toEqual({
      status: 'READY',
      state: 'READY',
      connected: true,
      account: {
        ...{ id: '5491100000001@c.us', phone: '5491100000001', name: 'Ana' },
        ...{ wid: '5491100000001@c.us', number: '5491100000001' },
      },
    });
    expect((await ask('/status', { headers: { 'x-session': 'other' } })).json).toMatchObject({
      status: 'INIT',
      state: 'RECONNECTING',
      connected: false,
    });
    for (const [number, state] of (['DISCONNECTED_BANNED', 'PASSKEY_REQUIRED', 'WRONG_ACCOUNT'] as const).entries()) {
      const headers = { 'x-session': `x${number}` };
      expect(compatStatus(await given(`x${number}`, state))).toBe('ERROR');
      expect((await ask('/status', { headers })).json).toMatchObject({
        ...{ status: 'ERROR', state, connected: false },
      });
      expect((await ask('/connect', { method: 'POST', headers })).json.alreadyConnected).not.toBe(true);
    }
    const bad = await ask('/status', { headers: { 'x-session': '../x' } });
    expect([bad.status, bad.json.code]).toEqual([400, 'INVALID_SESSION_NAME']);
  });

  test('an unreadable store is never told as "no session"', async () => {
    const { ask, faults, fingerprint, given } = await serve();
    await given('admin', 'QR_REQUIRED');
    const before = await fingerprint();
    faults.fails = () => true;
    for (const [path, method] of [['/status'], ['/connect', 'POST']]) {
      const answer = await ask(path ?? '', method === undefined ? {} : { method });
      expect([path, answer.status, answer.json.code]).toEqual([path, 503, 'STORAGE_FAILED']);
    }
    expect((await ask('/qr')).json.status).toBe('QR_AVAILABLE');
    expect((await ask('/qr-code')).json.status).not.toBe('DISCONNECTED');
    faults.fails = () => false;
    expect(await fingerprint()).toBe(before);
    faults.fails = () => true;
    expect((await ask('/disconnect', { method: 'POST' })).json.code).toBe('STORAGE_FAILED');
  });

  test('the QR as a data URL', async () => {
    const { ask, given } = await serve();
    expect((await ask('/qr')).json).toEqual({ status: 'NO_QR' });
    const none = await ask('/qr-code');
    expect([none.status, none.json]).toEqual([
      404,
      { success: false, error: 'No QR is shown now.', currentStatus: 'DISCONNECTED' },
    ]);
    await given('admin', 'QR_REQUIRED');
    const qr = (await ask('/qr')).json;
    expect(qr.status).toBe('QR_AVAILABLE');
    expect(qr.qr).toMatch(/^data:image\/png;base64,iVBOR/);
    expect((await ask('/qr-code')).json).toEqual({ qrDataUrl: qr.qr, status: 'QR_REQUIRED' });
  });

  test('connect makes and starts, disconnect keeps', async () => {
    const { ask, given, sessions } = await serve();
    const post = (path: string, headers: Record<string, string> = {}) => ask(path, { method: 'POST', headers });
    expect((await post('/disconnect')).json).toEqual({ success: true });
    expect((await post('/connect')).json).toEqual({
      success: true,
      session: 'admin',
      state: 'INITIALIZING',
      alreadyConnected: false,
    });
    await given('admin', 'READY');
    expect((await post('/connect')).json).toMatchObject({ state: 'READY', alreadyConnected: true });
    expect((await post('/disconnect')).json).toEqual({ success: true });
    expect((await sessions.get('admin')).state).toBe('STOPPED');
    expect((await post('/connect', { 'x-session': 'ventas' })).json.session).toBe('ventas');
    await given('found', 'UNCLAIMED');
    expect((await post('/connect', { 'x-session': 'found' })).json.code).toBe('SESSION_UNCLAIMED');
    const names = (await sessions.list()).items.map(({ name, state }) => [name, state]);
    expect(names).toEqual([
      ['admin', 'STOPPED'],
      ['found', 'UNCLAIMED'],
      ['ventas', 'INITIALIZING'],
    ]);
  });

  test('send answers 200 for what WhatsApp has acknowledged, and nothing else', async () => {
    const { ask, engine, given } = await serve({ timing: { comingBackMs: 50, sendDeadlineMs: 50 } });
    const post = (body: unknown, headers = {}) => ask('/send', { body, headers });
    const missing = await post(TEXT);
    expect([missing.status, missing.json.code, typeof missing.json.message]).toEqual([
      503,
      'SESSION_NOT_READY',
      'string',
    ]);
    await given('admin', 'RECONNECTING');
    expect((await post(TEXT)).status).toBe(503);
    await given('admin', 'READY');
    const sent = await post({ ...TEXT, cliente_id: 7 });
    expect([sent.status, sent.json]).toEqual([
      200,
      { ok: true, success: true, message_id: expect.stringContaining('true_5491100000001') },
    ]);
    expect((await post({ ...TEXT, to: '+54 9 11 0000-0001' })).status).toBe(200);
    const run = await engine.runOf('admin');
    run.onSend = unknownNumber;
    const failed = await post(TEXT);
    expect([failed.status, failed.json]).toMatchObject([
      500,
      { code: 'SEND_FAILED', message: expect.stringContaining('the number has no WhatsApp') },
    ]);
    run.onSend = unanswered;
    const late = await post(TEXT);
    expect([late.status, late.json.code]).toEqual([504, 'ACK_TIMEOUT']);
    const wrong: [unknown, number][] = [
      [{}, 400],
      [{ ...TEXT, to: 'nobody' }, 400],
      [{ ...TEXT, message: '' }, 400],
      [{ ...TEXT, extra: 1 }, 400],
      ['{', 400],
      [Buffer.alloc(1_100_000, 32), 413],
    ];
    for (const [body, status] of wrong) {
      const answer = await post(body);
      expect([answer.status, Object.keys(answer.json)]).toEqual([
        status,
        ['success', 'error', 'code', 'message', 'hint'],
      ]);
    }
  });

  test('send waits for the acknowledgement also where the page did not answer at first', async () => {
    const { ask, engine, given } = await serve();
    await given('admin', 'READY');
    const run = await engine.runOf('admin');
    const doubtful = Promise.withResolvers<string>();
    run.onSend = async ({ journal }, whatsappId) => {
      await journal(whatsappId);
      doubtful.resolve(whatsappId);
      throw new Error('the page did not answer in time');
    };
    const answer = ask('/send', { body: TEXT });
    const whatsappId = await doubtful.promise;
    await expect.poll(async () => (await ask('/v1/sessions/admin/messages')).json.items[0].state).toBe('UNCERTAIN');
    run.tell({ type: 'ack', ids: [whatsappId], ack: 1 });
    expect((await answer).json).toEqual({ ok: true, success: true, message_id: whatsappId });
  });

  test('the same key sends once', async () => {
    const { ask, engine, given } = await serve();
    await given('admin', 'READY');
    const once: Ask = { body: TEXT, headers: { 'idempotency-key': 'k' } };
    expect((await ask('/send', once)).json).toEqual((await ask('/send', once)).json);
    expect((await engine.runOf('admin')).sent).toHaveLength(1);
    const other = await ask('/send', { ...once, body: { ...TEXT, message: 'other' } });
    expect([other.status, other.json.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });
});

describe('without a key', () => {
  test('refused by default', async () => {
    const { ask } = await serve();
    const answer = await ask('/status', { key: null });
    expect([answer.status, answer.headers['content-type']]).toEqual([401, 'application/problem+json; charset=utf-8']);
  });

  test('open: programs of this machine only, on these routes only', async () => {
    const { ask, port, sessions } = await serve({ env: { LEADMASTER_COMPAT: 'open' } });
    const status = async (headers: Record<string, string>, path = '/status', method = 'GET') =>
      (await ask(path, { key: null, headers, method })).status;
    for (const host of [`127.0.0.1:${port}`, 'localhost', `localhost:${port}`, '[::1]:3001', '127.9.9.9']) {
      expect([host, await status({ host })]).toEqual([host, 200]);
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
      '127.0.0.1:99999',
    ]) {
      expect([host, await status({ host })]).toEqual([host, 401]);
    }
    expect(await status({ 'x-forwarded-for': '127.0.0.1' })).toBe(401);
    expect(await status({ origin: 'https://evil.example' }, '/connect', 'POST')).toBe(401);
    expect(await status({ 'sec-fetch-site': 'cross-site' }, '/connect', 'POST')).toBe(401);
    expect(await status({ origin: 'null' }, '/connect', 'POST')).toBe(401);
    expect(await status({}, '/v1/sessions')).toBe(401);
    expect((await ask('/status', { key: 'wrong' })).status).toBe(401);
    expect((await sessions.list()).items).toEqual([]);
    expect(await status({}, '/connect', 'POST')).toBe(200);
  });
});

test('the routes of earlier services ignore query strings', async () => {
  const { ask, given } = await serve();
  await given('admin', 'READY');
  for (const path of ['/status?t=1', '/qr?cliente_id=7', '/qr-code?x=']) {
    expect([path, (await ask(path)).status]).toEqual([path, path.startsWith('/qr-code') ? 404 : 200]);
  }
  expect((await ask('/send?cliente_id=7', { body: TEXT })).status).toBe(200);
});
