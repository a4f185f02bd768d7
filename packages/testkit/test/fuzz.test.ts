import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ROUTES, type RouteId } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FaultKind, fuzz, keysOf, type Target } from '../src/fuzz/index.ts';

const KEY = 'a-key-that-only-the-fuzz-knows';
const PROBLEM = 'application/problem+json';

/** A service that does wrong. */
async function wrongService(listener: RequestListener): Promise<Target> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const about = {
    keys: keysOf(KEY),
    secrets: [KEY],
    words: { session: ['ventas'] },
    files: [Buffer.alloc(0)],
    patienceMs: 50,
  };
  return { ...about, host: '127.0.0.1', port, state: async () => '' };
}

function answers(status: number, type: string, body: string): RequestListener {
  return (_, response) => void response.writeHead(status, { 'content-type': type }).end(body);
}

function refuses(code: string, status: number, detail = 'x'): RequestListener {
  const body = { type: `urn:leadmaster:error:${code}`, title: 'x', status, code, detail, hint: 'x' };
  return answers(status, PROBLEM, JSON.stringify(body));
}

function json(value: unknown): RequestListener {
  return answers(200, 'application/json', JSON.stringify(value));
}

/** The kinds of faults that are found when one route is asked. */
async function kinds(target: Target, route: RouteId): Promise<FaultKind[]> {
  const { faults } = await fuzz(target, { requests: 60, seed: 3, routes: [ROUTES[route]] });
  return faults.map(({ kind }) => kind);
}

describe('a planted fault is found:', () => {
  const planted: Record<string, [plant: RequestListener, kind: FaultKind, route: RouteId]> = {
    'a 500': [refuses('internal', 500), 'internal error', 'listBuilds'],
    'a status that the route does not state': [refuses('internal', 418), 'undeclared status', 'listBuilds'],
    'a code that the route does not state': [refuses('newer_login', 409), 'undeclared code', 'startSession'],
    'a code under the status of another': [refuses('invalid_request', 404), 'no problem', 'getSession'],
    'a good answer of another type': [answers(200, 'text/html', '{}'), 'undeclared type', 'listBuilds'],
    'an error that is no problem+json': [answers(400, 'text/plain', 'no'), 'undeclared type', 'listBuilds'],
    'a field that is missing': [json({ status: 'ok', version: '1' }), 'body out of contract', 'health'],
    'a field that the contract does not state': [
      json({ status: 'ok', version: '1', uptimeSeconds: 1, pid: 1 }),
      'body out of contract',
      'health',
    ],
    'a good request that is refused': [refuses('invalid_request', 400), 'good request refused', 'listBuilds'],
    'a bad request that is taken': [answers(200, 'text/plain', 'x'), 'bad request taken', 'metrics'],
    'a door that is open without a key': [answers(200, 'text/plain', 'x'), 'open without a key', 'metrics'],
    'a key refused with another status': [refuses('session_not_found', 404), 'wrong refusal of a key', 'getSession'],
    'a key in an answer': [refuses('invalid_request', 400, `not ${KEY}`), 'secret told', 'listBuilds'],
    'a connection that is closed without an answer': [({ socket }) => void socket.destroy(), 'no answer', 'health'],
    'a service that hangs': [() => undefined, 'hang', 'health'],
  };
  test.each(Object.entries(planted))('%s', { timeout: 30_000 }, async (_, [plant, kind, route]) => {
    expect(await kinds(await wrongService(plant), route)).toContain(kind);
  });

  test('what belongs to another, told to a key that may not see it', async () => {
    const target = await wrongService(json({ items: [{ build: 'secret of acme' }] }));
    const keys = target.keys.map((key) => ({ ...key, hidden: key.name === 'admin' ? ['secret of acme'] : [] }));
    expect(await kinds(target, 'listBuilds')).not.toContain('secret told');
    expect(await kinds({ ...target, keys }, 'listBuilds')).toContain('secret told');
  });

  test('a request that is refused, and yet changes something', async () => {
    let deleted = 0;
    const target = await wrongService((request, response) => {
      if (request.method === 'DELETE') deleted += 1;
      refuses('unauthorized', 401)(request, response);
    });
    expect(await kinds(target, 'deleteSession')).not.toContain('refused and yet done');
    expect(await kinds({ ...target, state: async () => String(deleted) }, 'deleteSession')).toContain(
      'refused and yet done',
    );
  });

  test('a service that is gone', async () => {
    const target = await wrongService(json({}));
    expect(await kinds({ ...target, port: 9 }, 'health')).toEqual(['not serving']);
  });
});

test('what was found is asked again by its seed and path, in its smallest form', async () => {
  const target = { ...(await wrongService(answers(500, PROBLEM, '{}'))), patienceMs: 5_000 };
  const [fault] = (await fuzz(target, { requests: 100, seed: 5, routes: [ROUTES.health] })).faults;
  const [, seed, path] = /^--seed (\d+) --path ([\d:]+)$/.exec(fault?.again ?? '') ?? [];
  const again = await fuzz(target, { requests: 100, seed: Number(seed), path: String(path), routes: [ROUTES.health] });
  expect(again.faults.map(({ kind, request }) => [kind, request])).toEqual([[fault?.kind, fault?.request]]);
  expect(fault?.request).not.toContain('odd:');
});

test('a service whose state cannot be told ends the run', async () => {
  const target = await wrongService(json({}));
  const state = () => Promise.reject(new Error('no state'));
  await expect(fuzz({ ...target, state }, { requests: 100, seed: 5 })).rejects.toThrow('no state');
});
