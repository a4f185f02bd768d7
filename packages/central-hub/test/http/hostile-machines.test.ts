import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type HubWorld, hubOver } from '../hub.ts';

interface Before {
  hub: HubWorld;
  acme: string;
  /** Answers in the place of the machine from now on; its health is told by itself. */
  answers: (listener: RequestListener) => void;
  address: string;
}

/** A hub whose machine stands behind what the test makes of it, with `acme.ventas`, STOPPED. */
async function behind(): Promise<Before> {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const through: RequestListener = (request, response) => {
    const { method, headers, url } = request;
    const onwards = httpRequest({ host: '127.0.0.1', port: manager.port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onwards.on('error', () => response.destroy());
    request.pipe(onwards);
  };
  let listener = through;
  const server = createServer((request, response) => {
    const isOwn = request.url === '/health' || request.url?.startsWith('/v1/events') === true;
    (isOwn ? through : listener)(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const hub = await hubOver([]);
  const body = { name: 'odd-machine', url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN };
  expect((await hub.ask('/v1/machines', { body })).status).toBe(201);
  const acme = await hub.tenant('acme');
  const made = await hub.ask('/v1/sessions', { key: acme, body: { name: 'ventas', start: false } });
  expect(made.status, made.text).toBe(201);
  await hub.until('acme.ventas', 'STOPPED');
  const answers = (next: RequestListener): void => {
    listener = next;
  };
  return { hub, acme, answers, address: `127.0.0.1:${port}` };
}

function says(status: number, type: string, body: string, more: Record<string, string> = {}): RequestListener {
  return (_request, response) => void response.writeHead(status, { 'content-type': type, ...more }).end(body);
}

const PROBLEM = 'application/problem+json';

const ODD: Record<string, RequestListener> = {
  redirects: says(302, 'text/html', '', { location: 'http://127.0.0.1:9/' }),
  'is a page of a proxy': says(502, 'text/html', '<h1>Bad gateway</h1>'),
  'is a page with a good status': says(200, 'text/html', '<h1>Welcome</h1>'),
  'is no JSON': says(200, 'application/json', '{"name":'),
  'is JSON of another form': says(200, 'application/json', '["name"]'),
  'is null': says(202, 'application/json', 'null'),
  'is an error that is no JSON': says(409, PROBLEM, 'no'),
  'has a status that no one states': says(999, PROBLEM, '{}'),
  'refuses the token of the hub': says(401, PROBLEM, '{"code":"unauthorized","detail":"x","hint":"x","status":401}'),
  'has headers without an end': says(200, 'application/json', '{}', { 'x-much': 'x'.repeat(40_000) }),
  'breaks off': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"items":[');
    setTimeout(() => response.destroy(), 20);
  },
  'is a closed connection': ({ socket }) => void socket.destroy(),
};

describe('what a machine answers that no session manager does,', () => {
  test('is told as a machine that does not answer, without its name and address', { timeout: 120_000 }, async () => {
    const { hub, acme, answers, address } = await behind();
    const wrong: unknown[] = [];
    const {
      tenant: _tenant,
      machine: _machine,
      asOf: _asOf,
      ...own
    } = (await hub.ask('/v1/sessions/acme.ventas')).json;
    const other = JSON.stringify({ ...own, name: 'other.secret', metadata: { note: 'of another' } });
    const odd = { ...ODD, 'is of another session': says(202, 'application/json', other) };
    for (const [name, listener] of Object.entries(odd)) {
      answers(listener);
      for (const [method, path, body] of [
        ['GET', '/v1/sessions/ventas/messages'],
        ['HEAD', '/v1/sessions/ventas/messages'],
        ['POST', '/v1/sessions/ventas/start'],
        ['POST', '/v1/sessions/ventas/snapshots', {}],
        ['GET', '/v1/sessions/ventas/snapshots/latest/export'],
        ['DELETE', '/v1/sessions/ventas'],
        ['POST', '/v1/sessions', { name: `new-${name.replaceAll(/[^a-z]/g, '')}`, start: false }],
      ] as const) {
        const headers = { 'x-passphrase': 'a long passphrase' };
        const answer = await hub.ask(path, { method, body, key: acme, headers });
        // A HEAD is answered by the head alone, and its body is not there to be wrong.
        const isRight = answer.status === 503 || (method === 'HEAD' && answer.text === '' && answer.status < 500);
        const isTold = [address, 'odd-machine', 'of another', 'secret'].some((text) => answer.text.includes(text));
        if (!isRight || isTold) wrong.push([name, method, path, answer.status, answer.text]);
      }
      // What it was before is still known.
      const shown = await hub.ask('/v1/sessions/ventas', { key: acme });
      if (shown.status !== 200 || shown.json.state !== 'STOPPED') wrong.push([name, 'shown', shown.status, shown.text]);
    }
    expect(wrong).toEqual([]);
    const faults = hub.logLines.filter((line) => line.includes('"level":50'));
    expect(faults).toEqual([]);
  });

  test('with a session of another name is no answer to who asked for one, and is not stored', async () => {
    const { hub, acme, answers } = await behind();
    const { tenant: _t, machine: _m, asOf: _a, ...own } = (await hub.ask('/v1/sessions/acme.ventas')).json;
    const key = { key: acme };
    for (const name of ['other.secret', 'acme.compras']) {
      const text = JSON.stringify({ ...own, name });
      answers((request, response) =>
        says(request.method === 'POST' ? 201 : 200, 'application/json', text)(request, response),
      );
      const read = [await hub.ask('/v1/sessions/ventas', key), await hub.ask('/v1/sessions/acme.ventas')];
      // It is told as the hub knew it last.
      expect(read.map(({ status, json }) => [status, json.name])).toEqual([
        [200, 'ventas'],
        [200, 'acme.ventas'],
      ]);
      const changed = [
        await hub.ask('/v1/sessions/ventas', { ...key, method: 'PATCH', body: { metadata: {} } }),
        await hub.ask('/v1/sessions', { ...key, body: { name: `new-${name.slice(0, 2)}`, start: false } }),
      ];
      for (const { status, json } of changed) expect([status, json.code]).toEqual([503, 'machine_unreachable']);
      expect(await hub.store.sessions.copiesOf(name)).toEqual([]);
    }
  });

  test('an answer without an end is given up by the caller, and the machine with it', async () => {
    const { hub, acme, answers } = await behind();
    let closed = false;
    answers((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = setInterval(() => response.write('[0,'.repeat(1000)), 5);
      response.on('close', () => {
        clearInterval(more);
        closed = true;
      });
    });
    const asked = httpRequest({
      ...{ host: '127.0.0.1', port: hub.port, path: '/v1/sessions/ventas/messages', agent: false },
      headers: { authorization: `Bearer ${acme}` },
    });
    asked.on('error', () => {});
    asked.end();
    setTimeout(() => asked.destroy(), 200);
    await expect.poll(() => closed, { timeout: 3_000 }).toBe(true);
  });
});
