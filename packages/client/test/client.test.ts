import { createServer, type ServerResponse } from 'node:http';
import { COMPONENTS, LeadMasterError, type Session } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../../session-manager/test/http/serve.ts';
import { Client, heldToContract, operate } from '../src/index.ts';
import { answering, clientOf, listening, manager } from './service.ts';

describe('a call', () => {
  test('sends path, query, headers and body as the route states them, and hands back its answer', async () => {
    const { client, given } = await manager();
    const made = await client.call('createSession', { body: { name: 'ventas', start: false } });
    expect(made.name).toBe('ventas');
    await given('ventas', 'READY');
    const input = { params: { session: 'ventas' }, body: { to: '5491100000002', text: 'hola' } };
    const sent = await client.call('sendMessage', { ...input, headers: { 'idempotency-key': 'k1' } });
    const again = await client.call('sendMessage', { ...input, headers: { 'idempotency-key': 'k1' } });
    expect(again).toMatchObject({ id: sent.id, replayed: true });
    const { items } = await client.call('listMessages', { params: { session: 'ventas' }, query: { limit: 1 } });
    expect(items.map(({ id }) => id)).toEqual([sent.id]);
  });

  test('answers undefined where the route has no body', async () => {
    const { client } = await manager();
    await client.call('createSession', { body: { name: 'ventas', start: false } });
    expect(await client.call('deleteSession', { params: { session: 'ventas' } })).toBeUndefined();
  });

  test('throws what the service said: code, status, detail, hint and what stands beside them', async () => {
    const { client } = await manager();
    const error = await client.call('getSession', { params: { session: 'nobody' } }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LeadMasterError);
    expect(error).toMatchObject({ code: 'session_not_found', status: 404 });
    expect((error as LeadMasterError).hint).not.toBe('');
  });

  test('keeps a code of a newer service, with its status', async () => {
    const said = {
      type: 'x',
      title: 'Later',
      status: 423,
      code: 'of_later',
      detail: 'No.',
      hint: 'Wait.',
      retryAt: 'soon',
    };
    const client = await answering((response) => response.writeHead(423).end(JSON.stringify(said)));
    const error = await client.call('listSessions').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'of_later', status: 423, message: 'No.', extra: { retryAt: 'soon' } });
  });

  test('takes an error without a type and a title as the answer of the service', async () => {
    const said = { status: 503, code: 'storage_failed', detail: 'The disk is full.', hint: 'Make room.' };
    const client = await answering((response) => response.writeHead(503).end(JSON.stringify(said)));
    const order = client.call('createSession', { body: { name: 'ventas' } });
    await expect(order).rejects.toMatchObject({ code: 'storage_failed', status: 503, hint: 'Make room.' });
  });

  test('names a service that is not there, for an order too: nothing was done', async () => {
    const client = clientOf(9);
    await expect(client.call('listSessions')).rejects.toMatchObject({ code: 'service_unreachable' });
    const order = client.call('createSession', { body: { name: 'ventas' } });
    await expect(order).rejects.toMatchObject({ code: 'service_unreachable' });
  });

  test.each([
    ['is cut', (response: { destroy: () => void }) => void response.destroy()],
    [
      'comes from a proxy',
      (response: { writeHead: (s: number) => { end: (t: string) => void } }) => response.writeHead(504).end('<h1>'),
    ],
  ])('says of an order whose answer %s that it may have been done', async (_how, answer) => {
    const client = await answering(answer as never);
    const order = client.call('createSession', { body: { name: 'ventas' } }, { ifLost: 'Look.' });
    await expect(order).rejects.toMatchObject({ code: 'answer_lost', hint: 'Look.' });
  });

  test('ends with its time, and with the reason of its caller', async () => {
    const client = await answering(() => undefined);
    const late = client.call('listSessions', {}, { timeoutMs: 20 });
    await expect(late).rejects.toMatchObject({ code: 'service_unreachable', message: /no answer within 0.02 s/ });
    const giving = new AbortController();
    const reason = new Error('gone home');
    const { url } = await answering((response) => response.writeHead(200).write('{"items":['));
    const givingUp: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      giving.abort(reason);
      return response;
    };
    const half = new Client({ url, key: () => null, fetch: givingUp });
    await expect(half.call('listSessions', {}, { signal: giving.signal })).rejects.toBe(reason);
  });

  test('that is given up before it is sent ends with the reason of its caller, an order too: nothing was done', async () => {
    const asked: unknown[] = [];
    const client = await answering((response, request) => response.end(asked.push(request.url)));
    const reason = new Error('gone home');
    const signal = AbortSignal.abort(reason);
    await expect(client.call('createSession', { body: { name: 'ventas' } }, { signal })).rejects.toBe(reason);
    expect(asked).toEqual([]);
  });

  test('that is given up later may have been done, if it is an order', async () => {
    const giving = new AbortController();
    const client = await answering(() => giving.abort(new Error('gone home')));
    const order = client.call('createSession', { body: { name: 'ventas' } }, { signal: giving.signal });
    await expect(order).rejects.toMatchObject({ code: 'answer_lost', message: /given up/ });
  });

  test.each([301, 303, 307])('never takes a key, or an order, where an answer leads (%i)', async (status) => {
    const asked: unknown[] = [];
    const elsewhere = await answering((response, request) => response.end(asked.push(request.url)));
    const client = await answering((response) => response.writeHead(status, { location: elsewhere.url }).end());
    const order = client.call('createSession', { body: { name: 'ventas' } });
    await expect(order).rejects.toMatchObject({ code: 'answer_lost', httpStatus: status });
    const question = client.call('listSessions');
    await expect(question).rejects.toMatchObject({ code: 'service_unreachable', httpStatus: status });
    expect(asked).toEqual([]);
  });

  test('takes bytes as they are, where the route does', async () => {
    const got: unknown[] = [];
    const server = createServer(async (request, response) => {
      const chunks = await request.toArray();
      got.push(request.url, request.headers['content-type'], Buffer.concat(chunks).toString('hex'));
      response.end('{"received":2}');
    });
    const client = clientOf(await listening(server));
    const params = { transfer: 'tr_1', sha256: 'a'.repeat(64) };
    const upload = { stream: [Buffer.from('00ff0102', 'hex').subarray(1, 3)], bytes: 2 };
    expect(await client.call('sendPiece', { params, query: { offset: 0, size: 2 }, upload })).toEqual({ received: 2 });
    const path = `/v1/transfers/tr_1/blobs/${'a'.repeat(64)}?offset=0&size=2`;
    expect(got.splice(0)).toEqual([path, 'application/octet-stream', 'ff01']);
    const none = { stream: [new Uint8Array(0)], bytes: 0 };
    await client.call('sendPiece', { params, query: { offset: 0, size: 0 }, upload: none });
    expect(got.slice(1)).toEqual(['application/octet-stream', '']);
  });

  test('reads no answer that is longer than is agreed, a refusal neither', async () => {
    for (const status of [200, 409]) {
      const endless = await answering((response) => {
        response.writeHead(status);
        const more = (): void => void response.write('x'.repeat(1000), (error) => error || setImmediate(more));
        more();
      });
      const client = new Client({ url: endless.url, key: () => null, answerBytes: 10_000 });
      await expect(client.call('listSessions')).rejects.toMatchObject({ code: 'service_unreachable' });
    }
    const long = await answering((response) => response.end(`{"name":"${'x'.repeat(2000)}"}`));
    const order = new Client({ url: long.url, key: () => null, answerBytes: 1000 });
    const lost = order.call('createSession', { body: { name: 'ventas' } });
    await expect(lost).rejects.toMatchObject({ code: 'answer_lost', message: /longer than 1000 bytes/ });
  });

  test('takes no refusal of a megabyte: what it says goes into logs and to people', async () => {
    const said = { status: 409, code: 'wrong_state', detail: 'x'.repeat(2 ** 20), hint: '' };
    const client = await answering((response) => response.writeHead(409).end(JSON.stringify(said)));
    const error = await client.call('listSessions').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'service_unreachable' });
    expect(String(error).length).toBeLessThan(1_000);
  });

  test.each([
    ['of another kind', 200, '{"phase":"done"}'],
    ['of a status that the route does not state', 206, '{"items":[]}'],
    ['empty', 204, undefined],
  ])('that holds answers to the contract refuses one that is %s', async (_how, status, text) => {
    const { url } = await answering((response) => response.writeHead(status).end(text));
    const client = new Client({ url, key: () => null, check: heldToContract });
    await expect(client.call('listBuilds')).rejects.toMatchObject({ code: 'service_unreachable', httpStatus: status });
  });

  test('that holds answers to the contract hands back those of the service, also of an operation', async () => {
    const { client: own, given } = await manager();
    const client = new Client({ url: own.url, key: () => ADMIN_KEY, check: heldToContract });
    await client.call('createSession', { body: { name: 'ventas', start: false } });
    await given('ventas', 'READY');
    const made = await operate(client, 'createSnapshot', { params: { session: 'ventas' } });
    expect(made.session).toBe('ventas');
    expect(await client.call('deleteSession', { params: { session: 'ventas' } })).toBeUndefined();
  });

  test('that holds answers to the contract reads the sessions of an earlier session manager, which tells less of them', async () => {
    const { owner: _owner, storage, ...told } = (COMPONENTS.Session as { example: Session }).example;
    const { growthBytesPerDay: _growth, ...size } = storage;
    const items = [{ ...told, storage: size }];
    const { url } = await answering((response) => response.end(JSON.stringify({ items, cursor: null })));
    const client = new Client({ url, key: () => null, check: heldToContract });
    expect(await client.call('listSessions')).toEqual({ items, cursor: null });
  });

  test('refuses a key that no header can hold before anything is sent', async () => {
    const client = new Client({ url: 'http://127.0.0.1:9', key: () => 'clé\n' });
    await expect(client.call('listSessions')).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

const RUNNING = {
  id: 'op_1',
  revision: 1,
  kind: 'snapshot',
  session: 'ventas',
  state: 'running',
  progress: { phase: 'begun', done: 0, total: null },
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: null,
  result: null,
  error: null,
};
type Look = (response: ServerResponse, giving: AbortController) => void;
const cut: Look = (response) => response.destroy();
const giveUp: Look = (_response, giving) => giving.abort();
const fail: Look = (response) => {
  const error = { type: '', title: '', status: 503, code: 'shutting_down', detail: 'It ends.', hint: 'Ask again.' };
  response.end(JSON.stringify({ ...RUNNING, state: 'failed', error }));
};

describe('a long call', () => {
  test('is followed to its end, with its progress', async () => {
    const { client, given } = await manager();
    await client.call('createSession', { body: { name: 'ventas', start: false } });
    await given('ventas', 'READY');
    const told: [phase: string, kind: string][] = [];
    const made = await operate(
      client,
      'createSnapshot',
      { params: { session: 'ventas' } },
      { onProgress: ({ phase }, { kind }) => told.push([phase, kind]) },
    );
    expect(made.session).toBe('ventas');
    expect(told[0]).toEqual([expect.any(String), 'snapshot']);
  });

  test('that fails, fails as the route would', async () => {
    const { client } = await manager();
    const failing = operate(client, 'createSnapshot', { params: { session: 'nobody' } });
    await expect(failing).rejects.toMatchObject({ code: 'session_not_found', status: 404 });
  });

  test.each([
    ['the service is gone', cut, /The service has ended while it was at work \(operation op_1\)/],
    ['the service ends it', fail, /The service has ended while it was at work \(operation op_1\): It ends\./],
    ['it is given up', giveUp, /No longer waiting; the service continues it \(operation op_1\)/],
  ])('is lost when %s, and says which and why', async (_when, look, message) => {
    const giving = new AbortController();
    const client = await answering((response, request) => {
      if (request.method === 'POST') response.writeHead(202).end(JSON.stringify(RUNNING));
      else look(response, giving);
    });
    const wanted = { params: { session: 'ventas' } };
    const work = operate(client, 'createSnapshot', wanted, { signal: giving.signal, ifLost: 'Look.' });
    const lost = { code: 'operation_lost', message, hint: 'Look.', extra: { operation: 'op_1' } };
    await expect(work).rejects.toMatchObject(lost);
  });
});
