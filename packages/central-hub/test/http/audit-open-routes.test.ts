import { HUB_ROUTES, LeadMasterError } from '@leadmaster/protocol';
import { APP_TIMING, createHttpApp, serve } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Seldom } from '../../src/http/audit/seldom.ts';
import { AuditTrail } from '../../src/http/audit/trail.ts';
import { OPERATOR } from '../../src/keys/caller.ts';
import { open, SILENT, SQLITE_KIND } from '../store/fixtures.ts';

/** A change that is asked for without a key; the handler knows by the tenant's name who asks. */
const ROUTE = { ...HUB_ROUTES.createTenant, open: true } as const;

async function setUp(handle: (trail: AuditTrail, request: FastifyRequest, name: string) => Promise<void>) {
  const { audit } = await open(await SQLITE_KIND.place());
  const api = { title: 'test', version: '0', description: '', tags: {}, components: {}, keys: '' };
  const { app } = await createHttpApp({
    ...{ log: SILENT, metrics: new Registry(), timing: APP_TIMING, api },
    authenticate: () => {},
  });
  const trail = new AuditTrail({ log: SILENT, audit, callerOf: () => null, compatSessions: null });
  trail.watch(app);
  serve(app, ROUTE, async (request, reply) => {
    await handle(trail, request as FastifyRequest, request.body.name);
    return reply.send({});
  });
  onTestFinished(() => app.close());
  const ask = async (name: string) =>
    (await app.inject({ method: 'POST', url: '/v1/tenants', headers: { host: 'hub' }, payload: { name } })).statusCode;
  const lines = async () => (await audit.page({ after: 0, limit: 500, all: true })).items;
  return { audit, ask, lines };
}

const refuse = async (): Promise<void> => {
  throw new LeadMasterError('unauthorized', 'It is not known.', 'Bring another.');
};

test('a route without a key has one line, by whom its handler knows, before its answer leaves', async () => {
  const { audit, ask, lines } = await setUp(async (trail, request) => trail.by(request, OPERATOR));
  expect(await ask('acme')).toBe(201);
  expect(await ask('acme')).toBe(201);
  const line = { actor: 'operator', action: 'createTenant', target: 'tenant:acme', result: 'ok', begun: null };
  expect(await lines()).toMatchObject([line, line]);
  vi.spyOn(audit, 'append').mockRejectedValue(new Error('the disk is full'));
  expect(await ask('acme')).toBe(500);
});

test('refusals of such a route are one line a minute from each address', async () => {
  const { ask, lines } = await setUp(refuse);
  for (const name of ['a', 'b', 'c']) expect(await ask(name)).toBe(401);
  expect(await lines()).toMatchObject([{ actor: 'unknown', target: 'tenant:a', result: 'unauthorized' }]);
});

test('an unknown caller that is answered again and again is one line a minute', async () => {
  const { ask, lines } = await setUp(async () => {});
  for (const name of ['a', 'b', 'c']) expect(await ask(name)).toBe(201);
  expect(await lines()).toHaveLength(1);
});

test('unknown callers from many addresses leave 60 lines a minute, all together', async () => {
  const append = vi.fn(async () => {});
  const seldom = new Seldom();
  const of = { tenant: null, session: null, detail: {}, begun: null };
  for (let at = 0; at < 100; at += 1) {
    const act = { actor: 'unknown', action: 'wrongKey', target: '', from: `10.0.0.${at}`, result: 'unauthorized' };
    await seldom.write({ ...act, ...of }, append);
  }
  expect(append).toHaveBeenCalledTimes(60);
});

test('a line that could not be written is due again', async () => {
  const append = vi.fn(async () => {}).mockRejectedValueOnce(new Error('the disk is full'));
  const seldom = new Seldom();
  const of = {
    target: 'session:a',
    from: '10.0.0.1',
    result: 'ok',
    tenant: null,
    session: 'a',
    detail: {},
    begun: null,
  };
  const line = { actor: 'operator', action: 'getQr', ...of };
  await expect(seldom.write(line, append)).rejects.toThrow('the disk is full');
  for (let at = 0; at < 3; at += 1) await seldom.write(line, append);
  expect(append).toHaveBeenCalledTimes(2);
});

test('an act of a page has its line before it is done', async () => {
  const { audit, ask, lines } = await setUp((trail, request, name) =>
    trail.act(request, 'claimLink', { actor: 'link:abc', target: `session:${name}`, tenant: null, session: name }),
  );
  await ask('ventas');
  expect((await lines())[0]).toMatchObject({
    actor: 'link:abc',
    action: 'claimLink',
    session: 'ventas',
    from: '127.0.0.1',
  });
  vi.spyOn(audit, 'append').mockRejectedValue(new Error('the disk is full'));
  expect(await ask('ventas')).toBe(500);
});
