import { LeadMasterError, ROUTES, TAGS } from '@leadmaster/protocol';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../../src/http/bind.ts';
import { keyCheck, presentedKey } from '../../src/http/keys.ts';
import { isOpen } from '../../src/http/open-routes.ts';
import { APP_TIMING, createHttpApp } from '../../src/http/server-app.ts';
import { operationRoutes, serviceRoutes } from '../../src/http/service-routes.ts';

/** A service of three routes, whose keys are looked up as a database would: not at once. */
async function serviceOf(key = 'key-of-the-tests', log = pino({ level: 'silent' })) {
  const isKey = keyCheck([key]);
  const { app, context } = await createHttpApp({
    log,
    metrics: new Registry(),
    timing: APP_TIMING,
    authenticate: async (request) => {
      await Promise.resolve();
      if (isOpen(request) || isKey(presentedKey(request) ?? '')) return;
      throw new LeadMasterError('unauthorized', 'No key.', 'Send one.');
    },
    api: { title: 'Test', version: '1', description: 'A test.', tags: TAGS, components: {}, keys: 'The key' },
  });
  serviceRoutes(app, {
    service: 'session-manager',
    metrics: new Registry(),
    version: '1',
    requireReady: () => undefined,
  });
  operationRoutes(app, context);
  serve(app, ROUTES.listBuilds, () => ({ items: [] }));
  app.post('/open', { config: { open: true }, schema: { hide: true } }, () => {
    throw new LeadMasterError('link_not_found', 'No link.', 'Ask for one.');
  });
  await app.ready();
  onTestFinished(() => app.close());
  const ask = (url: string, headers: Record<string, string> = { authorization: `Bearer ${key}` }) =>
    app.inject({ url, headers });
  return { app, context, ask };
}

test('open routes need no key, others are refused before anything else is looked at', async () => {
  const { ask } = await serviceOf();
  expect((await ask('/health', {})).json()).toMatchObject({ status: 'ok', version: '1' });
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { 'x-api-key': '' }]) {
    const refused = await ask('/v1/builds?nonsense=1', headers);
    expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  }
  expect((await ask('/v1/builds', { 'x-api-key': 'key-of-the-tests' })).json()).toEqual({ items: [] });
});

test('who has no key, or asks for what is not there, fills no log', async () => {
  const lines: string[] = [];
  const { app } = await serviceOf(
    'key-of-the-tests',
    pino({ level: 'info' }, { write: (line) => void lines.push(line) }),
  );
  const post = (url: string, key: string) =>
    app.inject({ method: 'POST', url, headers: { authorization: `Bearer ${key}` } });
  expect((await post('/v1/builds', 'wrong')).statusCode).toBe(401);
  expect((await post('/none', 'wrong')).statusCode).toBe(401);
  expect((await post('/none', 'key-of-the-tests')).statusCode).toBe(404);
  expect((await post('/open', 'wrong')).statusCode).toBe(404);
  expect(lines).toEqual([]);
});

test('a request with several keys is good for none of them, and one that brings the same twice for that', async () => {
  const { ask } = await serviceOf();
  const [right, wrong] = ['key-of-the-tests', 'another'];
  for (const [bearer, plain, status] of [
    [right, right, 200],
    [right, wrong, 401],
    [wrong, right, 401],
  ] as const) {
    const { statusCode } = await ask('/v1/builds', { authorization: `Bearer ${bearer}`, 'x-api-key': plain });
    expect([bearer, plain, statusCode]).toEqual([bearer, plain, status]);
  }
});

test('every error is problem+json with a request id, and a malformed address is not answered without a key', async () => {
  const { ask } = await serviceOf();
  for (const [url, status] of [
    ['/v1/none', 404],
    ['/v1/operations?limit=x', 400],
    ['/v1/%', 400],
  ] as const) {
    const answer = await ask(url);
    expect([url, answer.statusCode]).toEqual([url, status]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['x-request-id']).toMatch(/./);
  }
  expect((await ask('/v1/%', {})).statusCode).toBe(401);
});

test('what is described is what is served', async () => {
  const { ask } = await serviceOf();
  const { info, paths } = (await ask('/openapi.json', {})).json();
  expect(info).toMatchObject({ title: 'Test', version: '1' });
  expect(Object.keys(paths).sort()).toEqual([
    ...['/health', '/metrics', '/ready', '/v1/builds', '/v1/operations', '/v1/operations/{operation}'],
  ]);
});

test('a close tells long work to end, with the reason', async () => {
  const { app, context } = await serviceOf();
  const { result } = context.operations.begin({
    ...{ kind: 'snapshot', session: 'ventas' },
    run: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true })),
  });
  const failed = expect(result).rejects.toMatchObject({ code: 'shutting_down' });
  await app.close();
  await failed;
  expect(context.closing.reason).toMatchObject({ code: 'shutting_down' });
});
