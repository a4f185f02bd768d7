import { EVENT_TYPES, ROUTES, type Route } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { serve } from './serve.ts';

interface Operation {
  operationId: string;
  summary: string;
  'x-scope'?: string;
  'x-audience': string;
  description?: string;
  tags: string[];
  security?: unknown[];
  parameters?: { name: string; in: string; schema: Record<string, unknown> }[];
  requestBody?: unknown;
  responses: Record<string, { description: string; content?: Record<string, { schema: Record<string, unknown> }> }>;
}

async function described() {
  const { ask } = await serve();
  const answer = await ask('/openapi.json', { key: null });
  expect(answer.status).toBe(200);
  const paths = answer.json.paths as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  return { document: answer.json, operations, text: answer.text };
}

describe('/openapi.json', () => {
  test('names every route of the contract, and no other', async () => {
    const { operations } = await described();
    const stated = Object.values(ROUTES).map(({ method, path, id }) => `${method} ${path} ${id}`);
    expect(operations.map((o) => `${o.method.toUpperCase()} ${o.path} ${o.operationId}`).sort()).toEqual(stated.sort());
  });

  test('says of each route what a key must be good for, and whether it is for tenants', async () => {
    const { operations } = await described();
    const said = operations.map((o) => [o.operationId, o['x-audience'], o['x-scope']]);
    const stated = Object.values<Route>(ROUTES).map(({ id, audience, scope, open }) => [
      id,
      audience,
      open === true ? undefined : scope,
    ]);
    expect(said.sort()).toEqual(stated.sort());
  });

  test('is version 3.1, complete, and refers to nothing that is not there', async () => {
    const { document, operations, text } = await described();
    expect(document.openapi).toBe('3.1.0');
    const known = Object.keys(document.components.schemas);
    for (const [, ref] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      expect(known).toContain(ref?.replace('#/components/schemas/', ''));
    }
    for (const [name, schema] of Object.entries<Record<string, unknown>>(document.components.schemas)) {
      expect(schema.examples, name).toHaveLength(1);
    }
    for (const o of operations) {
      const id = o.operationId;
      expect([id, o.summary, o.tags]).toEqual([id, expect.any(String), expect.any(Array)]);
      const open = ['/health', '/ready'].includes(o.path);
      expect([id, o.security ?? document.security]).toEqual([id, open ? [] : [{ bearer: [] }, { apiKey: [] }]]);
      expect([id, '401' in o.responses]).toEqual([id, !open]);
      for (const [status, answer] of Object.entries(o.responses)) {
        expect([id, status, answer.description]).toEqual([id, status, expect.stringMatching(/\S/)]);
        const types = Object.keys(answer.content ?? {});
        if (Number(status) >= 400 && o.tags[0] !== 'compatibility') expect(types).toEqual(['application/problem+json']);
      }
      if (o.path.includes('{session}')) {
        expect(o.parameters).toContainEqual(expect.objectContaining({ name: 'session', in: 'path', required: true }));
      }
    }
  });

  test('says of each event what its data is', async () => {
    const { document } = await described();
    const { anyOf } = document.components.schemas.Event as {
      anyOf: { title: string; properties: Record<string, unknown> }[];
    };
    expect(anyOf.map(({ title }) => title)).toEqual([...EVENT_TYPES, 'another']);
    const state = anyOf.find(({ title }) => title === 'session.state');
    expect(state?.properties).toMatchObject({
      type: { const: 'session.state' },
      data: { properties: { reason: { type: 'string' }, action: { $ref: '#/components/schemas/Action' } } },
    });
  });

  test('names parts by what they are, and asks for no body where none is needed', async () => {
    const { document, operations } = await described();
    expect(Object.keys(document.components.schemas).filter((id) => id.endsWith('Input'))).toEqual([]);
    const body = (id: string) => operations.find((o) => o.operationId === id)?.requestBody;
    expect(body('createSession')).toEqual({
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/CreateSession' } } },
    });
    expect(body('startSession')).toEqual({
      required: false,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/StartSession' } } },
    });
    expect(body('importSession')).toMatchObject({ required: true, content: { 'application/octet-stream': {} } });
    expect(body('stopSession')).toMatchObject({
      required: false,
      content: { 'application/json': { schema: { type: 'object', additionalProperties: false } } },
    });
  });

  test('every long call can be answered at once, and says so', async () => {
    const { operations } = await described();
    const long = operations.filter((o) => o.parameters?.some((p) => p.in === 'header' && p.name === 'prefer'));
    expect(long.map((o) => o.operationId).sort()).toEqual([
      'acceptRollback',
      'adoptSession',
      'createSnapshot',
      'fixInstallation',
      'pruneSnapshots',
      'recoverSessions',
      'restoreSnapshot',
      'transferSession',
      'trimStorage',
      'verifySnapshot',
    ]);
    for (const { operationId, description, responses, requestBody } of long) {
      expect(description).toContain('respond-async');
      expect(responses['202']?.content?.['application/json']?.schema).toEqual({
        $ref: '#/components/schemas/Operation',
      });
      const needed = ['adoptSession', 'transferSession'].includes(operationId);
      expect(requestBody).toMatchObject({ required: needed });
    }
  });

  test('says numbers where numbers are meant', async () => {
    const { operations } = await described();
    const start = operations.find((o) => o.operationId === 'startSession');
    expect(start?.parameters?.find((p) => p.name === 'wait')?.schema).toMatchObject({
      type: 'integer',
      minimum: 0,
      maximum: 600,
    });
    const events = operations.find((o) => o.operationId === 'listEvents');
    expect(events?.parameters?.map((p) => `${p.in}:${p.name}`).sort()).toEqual([
      'header:last-event-id',
      'query:after',
      'query:limit',
      'query:wait',
    ]);
  });
});
