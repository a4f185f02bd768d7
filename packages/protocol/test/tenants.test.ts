import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Action,
  type AnyEvent,
  action,
  actionForTenant,
  answerForTenant,
  ERRORS,
  EVENTS,
  type EventStatement,
  event,
  eventForTenant,
  goodAnswersOf,
  operation,
  problemBody,
  problemForTenant,
  ROUTES,
  type Route,
  seenOf,
} from '../src/index.ts';

const TENANT = 'norte';
const OWN = `${TENANT}.ventas`;
const AT = '2026-03-01T12:00:00.000Z';

/** What no tenant may read: commands, paths, machines, names with a tenant in them, the operator's own sessions. */
const SECRETS = [
  'Do it: "./leadmaster session start norte.ventas --origin-retired".',
  '/srv/leadmaster/data/tokens/norte.ventas',
  'sur.caja',
  'in use by pid 4711 on host server-1',
  'its account is linked in the session caja-central, which is here',
];
const NEVER = /leadmaster session|\/srv|\.(ventas|caja)|norte|4711|server-1|caja-central/;

const ACTIONS: readonly Action[] = [
  { kind: 'scan_qr', session: OWN },
  { kind: 'start', session: OWN, originRetired: true },
  { kind: 'start', session: 'caja-central' },
  { kind: 'restore', session: OWN, snapshot: '12-0a1b2c3d', start: true },
  { kind: 'adopt', path: '/srv/leadmaster/data/tokens/norte.ventas', session: OWN },
  { kind: 'export', session: OWN, file: '/srv/x' },
  { kind: 'delete', session: 'sur.caja' },
  { kind: 'doctor' },
];

const ALL: readonly Route[] = Object.values(ROUTES);
const THEIRS = ALL.filter(({ audience }) => audience === 'tenant');

interface Stated {
  id: string;
  route: Route;
  status: number;
  schema: z.ZodType;
}

/** Every JSON answer that a tenant can get. */
const ANSWERS: readonly Stated[] = THEIRS.flatMap((route) =>
  Object.entries(goodAnswersOf(route)).flatMap(([status, answer]) => {
    const schema = 'content' in answer ? answer.content['application/json']?.schema : undefined;
    return schema === undefined ? [] : [{ id: `${route.id} ${status}`, route, status: Number(status), schema }];
  }),
);
const TOLD = Object.entries<EventStatement>(EVENTS).filter(([, { audience }]) => audience === 'tenant');

/** Bodies of a form: secrets wherever a mark stands, fields that are stated nowhere, and sessions of `names`. */
function filled(schema: z.ZodType, names: readonly string[]): fc.Arbitrary<unknown> {
  if (schema === operation) return operations(names);
  if (schema === event) return events(names);
  const as = seenOf(schema);
  if (schema instanceof z.ZodOptional)
    return fc.option(filledAs(schema.unwrap() as z.ZodType, as, names), { nil: undefined });
  if (schema instanceof z.ZodNullable) return fc.option(filledAs(schema.unwrap() as z.ZodType, as, names));
  return filledAs(schema, as, names);
}

function filledAs(schema: z.ZodType, as: string | null, names: readonly string[]): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return filled(schema, names);
  if (as === 'name' || seenOf(schema) === 'name') return fc.constantFrom(...names);
  if (schema instanceof z.ZodUnion && schema === action) return fc.constantFrom(...ACTIONS);
  if (schema instanceof z.ZodUnion)
    return fc.oneof(...(schema.options as z.ZodType[]).map((one) => filled(one, names)));
  if (schema instanceof z.ZodArray) return fc.array(filled(schema.element as z.ZodType, names), { maxLength: 3 });
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([name, inner]) => [name, filled(inner as z.ZodType, names)]);
    const stated = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>);
    return fc
      .tuple(stated, fc.option(fc.constantFrom(...SECRETS)))
      .map(([known, secret]) => (secret === null ? known : { ...known, ofANewerManager: { deep: [secret] } }));
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constant(schema.value);
  if (schema instanceof z.ZodString && !schema.safeParse('hola').success) return fc.constant('9c1f04ab27d35e60');
  if (schema instanceof z.ZodString) return fc.constantFrom(...(as === null ? ['hola'] : ['hola', ...SECRETS]));
  if (schema instanceof z.ZodISODateTime) return fc.constant(AT);
  if (schema instanceof z.ZodNumber) return fc.nat(9);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodRecord) {
    const keys = schema.keyType instanceof z.ZodEnum ? schema.keyType.options : ['hola'];
    const value = filled(schema.valueType as z.ZodType, names);
    return fc.record(Object.fromEntries(keys.map((key) => [key, value])));
  }
  throw new Error(`nothing fills a ${schema.constructor.name}`);
}

function operations(names: readonly string[]): fc.Arbitrary<unknown> {
  const kinds = ALL.filter(({ long }) => long !== undefined).map((route) => {
    const [answer] = Object.values(route.answers);
    const schema = answer !== undefined && 'content' in answer ? answer.content['application/json']?.schema : undefined;
    if (schema === undefined) throw new Error(`${route.id} has no result`);
    const result = route.audience === 'operator' ? fc.constant({ path: SECRETS[1] }) : filled(schema, names);
    return fc.record({
      ...{ id: fc.constant('op_1'), revision: fc.nat(9), kind: fc.constant(route.long) },
      ...{ session: fc.constantFrom(...names), state: fc.constantFrom('running', 'done', 'failed') },
      progress: fc.record({ phase: fc.constantFrom('reading', ...SECRETS), done: fc.nat(9), total: fc.constant(null) }),
      ...{ startedAt: fc.constant(AT), endedAt: fc.constant(null) },
      ...{ result: fc.option(result), error: fc.option(problems) },
    });
  });
  return fc.oneof(...kinds);
}

function events(names: readonly string[]): fc.Arbitrary<AnyEvent> {
  return fc.oneof(
    ...Object.entries<EventStatement>(EVENTS).map(([type, { data }]) =>
      fc.record({
        ...{ id: fc.nat(9), session: fc.constantFrom(...names), type: fc.constant(type), at: fc.constant(AT) },
        // `operatorFields` hold secrets, too.
        data: filled(data, names).map((fields) => withSecrets(type, fields as Record<string, unknown>)),
      }),
    ),
  );
}

function withSecrets(type: string, data: Record<string, unknown>): Record<string, unknown> {
  const { operatorFields = [] } = EVENTS[type as keyof typeof EVENTS] as EventStatement;
  const secret = Object.fromEntries(operatorFields.map((field) => [field, SECRETS[1]]));
  return { ...data, ...secret };
}

const secret = fc.constantFrom(...SECRETS);
const problems: fc.Arbitrary<Record<string, unknown>> = fc.record({
  ...{ type: secret, title: secret, detail: secret, hint: fc.oneof(secret, fc.constant('')) },
  ...{ status: fc.constant(409), code: fc.constantFrom(...Object.keys(ERRORS), 'code_of_a_newer_manager') },
  action: fc.constantFrom(...ACTIONS),
  furtherActions: fc.array(fc.constantFrom(...ACTIONS), { maxLength: 3 }),
  ...{ session: secret, holder: fc.record({ pid: fc.constant(4711), host: secret }), users: fc.array(secret) },
  ...{ state: fc.oneof(secret, fc.constant('READY')), retryAt: secret, messageId: secret, feature: secret },
});

describe('what a tenant is told', () => {
  test.each(ANSWERS)(
    'of $id has nothing of others in it, and is of the form that is stated',
    ({ route, status, schema }) => {
      fc.assert(
        fc.property(filled(schema, [OWN, OWN, OWN, 'sur.caja', 'caja-central', `${OWN}.x`]), (body) => {
          const told = answerForTenant(route, TENANT, { status, body });
          expect(JSON.stringify(told)).not.toMatch(NEVER);
          if (told !== null) expect(schema.safeParse(told).error).toBeUndefined();
        }),
      );
    },
  );

  test.each(ANSWERS)('of $id is told where it is the tenant’s own', ({ route, status, schema }) => {
    fc.assert(
      fc.property(filled(schema, [OWN]), (body) => {
        const isOperators =
          schema === operation &&
          ALL.some((one) => one.long === (body as { kind: string }).kind && one.audience === 'operator');
        expect(answerForTenant(route, TENANT, { status, body }) === null).toBe(isOperators);
      }),
    );
  });

  test('of any error is its code, in words that name nothing', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const told = problemForTenant(problem, TENANT);
        expect(JSON.stringify(told)).not.toMatch(NEVER);
        expect(problemBody.safeParse(told).error).toBeUndefined();
        expect(told.code).toBe(problem.code === 'linked_elsewhere' ? 'number_refused' : problem.code);
      }),
    );
  });

  test.each(TOLD)('of %s has nothing of others in it', (type) => {
    fc.assert(
      fc.property(events([OWN, 'sur.caja', 'caja-central']), (given) => {
        const told = eventForTenant({ ...given, type: given.type }, TENANT);
        expect(told === null).toBe(given.session !== OWN || !TOLD.some(([one]) => one === given.type));
        expect(JSON.stringify(told)).not.toMatch(NEVER);
        if (told !== null) expect(told).toMatchObject({ id: given.id, session: 'ventas' });
      }),
    );
    expect(
      eventForTenant({ id: 1, session: OWN, type: `${type}.of.a.newer.manager`, at: AT, data: {} }, TENANT),
    ).toBeNull();
  });

  test('of the routes of the operator is nothing', () => {
    for (const route of ALL.filter(({ audience }) => audience === 'operator'))
      expect(answerForTenant(route, TENANT, { status: 200, body: { items: [] } })).toBeNull();
  });
});

test.each([
  [
    { kind: 'scan_qr', session: OWN },
    { kind: 'scan_qr', session: 'ventas' },
  ],
  [
    { kind: 'restore', session: OWN, snapshot: 'latest', start: true },
    { kind: 'restore', session: 'ventas', snapshot: 'latest', start: true },
  ],
  [
    { kind: 'export', session: OWN, file: '/srv/x' },
    { kind: 'export', session: 'ventas' },
  ],
  [{ kind: 'show_sessions' }, { kind: 'show_sessions' }],
  [{ kind: 'start', session: OWN, originRetired: true }, null],
  [{ kind: 'start', session: 'sur.caja' }, null],
  [{ kind: 'start', session: 'ventas' }, null],
  [{ kind: 'recover' }, null],
] as [Action, Action | null][])('the action %j is for a tenant %j', (given, told) => {
  expect(actionForTenant(given, TENANT)).toEqual(told);
});

test('a hint says the routes that a tenant can use itself, else whom to ask', () => {
  const of = (fields: object) =>
    problemForTenant({ code: 'wrong_state', hint: 'Do something.', ...fields }, TENANT).hint;
  expect(
    of({ action: { kind: 'start', session: OWN }, furtherActions: [{ kind: 'account_unlink', session: OWN }] }),
  ).toBe('Use POST /v1/sessions/ventas/start, or POST /v1/sessions/ventas/account {"unlink":true}.');
  expect(of({ action: { kind: 'restore', session: OWN } })).toBe(
    'Use POST /v1/sessions/ventas/snapshots/{snapshot}/restore.',
  );
  expect(of({ action: { kind: 'doctor' } })).toBe('Ask the operator of this LeadMaster.');
  expect(of({})).toBe('Ask the operator of this LeadMaster.');
  expect(of({ hint: '' })).toBe('');
});

test('every order that a tenant is told of is one that it may give', () => {
  const told = action.options
    .map(({ shape }) => ({ kind: shape.kind.value, session: OWN }) as Action)
    .filter((one) => actionForTenant(one, TENANT) !== null)
    .map((one) => problemForTenant({ code: 'wrong_state', hint: 'x', action: one }, TENANT).hint);
  expect(told.length).toBeGreaterThan(15);
  const may = new Set(THEIRS.map(({ method, path }) => `${method} ${path.replace('{session}', 'ventas')}`));
  for (const hint of told) {
    const [, method, path] = /^Use (\S+) (\S+?)\.?( \{.*)?$/.exec(hint) ?? [];
    expect(may).toContain(`${method} ${path}`);
  }
});

test('a number that is linked in another session is refused without a word of it', () => {
  const refused = problemForTenant(
    { status: 409, code: 'linked_elsewhere', detail: SECRETS[4], hint: SECRETS[0], session: 'caja-central' },
    TENANT,
  );
  expect(refused).toEqual({
    ...{ type: 'urn:leadmaster:error:number_refused', title: 'This number cannot be linked here', status: 409 },
    ...{ code: 'number_refused', detail: 'This number cannot be linked here.', hint: 'Link another number.' },
  });
  const line = { id: 1, session: OWN, at: AT };
  const account = { id: '1@c.us', phone: '1', name: '' };
  const data = { old: null, new: account, reason: 'linked_elsewhere', session: 'caja-central' };
  expect(eventForTenant({ ...line, type: 'session.account', data }, TENANT)?.data).toEqual({
    ...{ old: null, new: account, reason: 'number_refused' },
  });
  const { path: _, ...transitions } = ROUTES.listTransitions;
  const body = { items: [{ from: 'QR_REQUIRED', to: 'WRONG_ACCOUNT', reason: 'linked_elsewhere', at: AT }] };
  expect(answerForTenant({ ...transitions, path: '/x' }, TENANT, { status: 200, body })).toEqual({
    items: [{ ...body.items[0], reason: 'number_refused' }],
  });
});

test('what is absent and what is another tenant’s read alike', () => {
  const of = (name: string) =>
    problemForTenant(
      {
        status: 404,
        code: 'session_not_found',
        detail: `There is no session ${name} here`,
        hint: 'List them: "./leadmaster sessions".',
      },
      TENANT,
    );
  expect(of('sur.caja')).toEqual(of('norte.nada'));
});

test.each([
  [
    'a field of an earlier version is missing',
    { origin: 'elsewhere', text: 'hola' },
    { origin: 'elsewhere', text: 'hola' },
  ],
  [
    'a field is of another form',
    { origin: 'api', to: { host: 'server-1' }, state: 'SENT' },
    { origin: 'api', state: 'SENT' },
  ],
  ['a field is of a newer version', { origin: 'api', machine: 'server-1' }, { origin: 'api' }],
])('an event in which %s is told with what is as it is stated', (_, data, told) => {
  const line = { id: 1, session: OWN, at: AT, type: 'message.sent' };
  expect(eventForTenant({ ...line, data }, TENANT)?.data).toEqual(told);
});

test('the fields of a wrong request are told as they are', () => {
  const errors = [{ in: 'body', path: 'metadata.a', message: 'must be text' }];
  const told = problemForTenant({ status: 400, code: 'invalid_request', detail: 'x', hint: 'x', errors }, TENANT);
  expect(told).toMatchObject({ detail: 'body.metadata.a: must be text', errors });
});

/** Texts that a tenant is told as they are: its own content, ids and versions. A new one is added here on purpose. */
const AS_IT_IS = [
  ...['build', 'chromium', 'engine', 'service', 'version'],
  ...['id', 'ids', 'unanswered', 'forgotten', 'messageId', 'message_id', 'whatsappId', 'logId'],
  // Who is who at WhatsApp, and what was said.
  ...['chatId', 'cursor', 'from', 'lid', 'name', 'number', 'otherSpelling', 'phone', 'pushName', 'text', 'to'],
  ...['type', 'wid'],
  ...['code', 'expectedPhone', 'qr', 'qrDataUrl'],
  ...['metadata'],
  // One sentence of `/qr-code`.
  'error',
];

/** The texts of a form that have no mark. */
function unmarked(schema: z.ZodType, at: string): string[] {
  if (seenOf(schema) !== null || schema === operation || schema === event) return [];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return unmarked(schema.unwrap() as z.ZodType, at);
  if (schema instanceof z.ZodArray) return unmarked(schema.element as z.ZodType, at);
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).flatMap((one) => unmarked(one, at));
  if (schema instanceof z.ZodRecord) return unmarked(schema.valueType as z.ZodType, at);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([name, inner]) => unmarked(inner as z.ZodType, name));
  return schema instanceof z.ZodString ? [at] : [];
}

test('each text of an answer or event has a mark, or is known to be for a tenant as it is', () => {
  const answers = ANSWERS.flatMap(({ schema }) => unmarked(schema, ''));
  const told = TOLD.flatMap(([, { data, operatorFields = [] }]) =>
    (data instanceof z.ZodUnion ? (data.options as z.ZodObject[]) : [data as z.ZodType as z.ZodObject]).flatMap(
      ({ shape }) =>
        Object.entries(shape).flatMap(([name, inner]) =>
          operatorFields.includes(name) ? [] : unmarked(inner as z.ZodType, name),
        ),
    ),
  );
  expect([...new Set([...answers, ...told])].sort()).toEqual([...AS_IT_IS].sort());
});

test('words that every object has are words like others', () => {
  const kind = 'constructor' as Action['kind'];
  expect(actionForTenant({ kind, session: OWN } as Action, TENANT)).toBe(null);
  for (const code of ['constructor', 'toString', 'valueOf']) {
    const told = problemForTenant({ code, status: 409, detail: 'x', hint: 'x', action: { kind: code } }, TENANT);
    expect(told).toMatchObject({ code, hint: 'Ask the operator of this LeadMaster.' });
    expect(problemForTenant({ code: 'wrong_state', reason: code }, TENANT)).toMatchObject({ reason: code });
  }
});
