import { Readable } from 'node:stream';
import {
  AUDITED_NAMES,
  AUDITED_PARAMS,
  type AuditKind,
  type AuditStatement,
  plainFieldsOf,
  type Route,
  tenantOf,
} from '@leadmaster/protocol';
import { type Caller, fullName } from '../../keys/caller.ts';

/** What a request is about, as its line in the audit has it. */
export interface Subject {
  target: string;
  tenant: string | null;
  session: string | null;
  detail: Record<string, unknown>;
}

/** What is read of a request; before it was checked, anything. */
export interface Asked {
  params: unknown;
  query: unknown;
  body: unknown;
  headers: Record<string, unknown>;
  /** The session that a request of an earlier service means, by its full name; null where it means none. */
  meant: string | null;
}

type Name = readonly [kind: string, name: string];

/** Names of ours have no other letters. What has is not a name, and is not repeated. */
const NAME = /^[\w.:@/[\]-]{1,128}$/;
/** Routes for earlier services name their session so. */
const SESSION_HEADER = 'x-session';

/** Found once for each route: that takes a look through all of its schemas. */
const PLAIN = new WeakMap<Route, ReadonlySet<string>>();

/** What a request is about: the names in its path and in the stated fields of its body, and the fields that hold nothing private. */
export function subjectOf(route: Route, statement: AuditStatement, caller: Caller | null, asked: Asked): Subject {
  const names = namesIn(route, statement, asked).map(([kind, name]): Name => {
    if (kind === 'session' && caller !== null) return [kind, safe(fullName(caller, name))];
    return [kind, safe(kind === 'origin' ? originOf(name) : name)];
  });
  const of = (kind: string): string | null => names.find(([each]) => each === kind)?.[1] ?? null;
  const session = of('session');
  return {
    target: textOf(names),
    tenant: (session === null ? null : tenantOf(session)) ?? of('tenant') ?? caller?.tenant ?? null,
    session,
    detail: detailOf(route, asked),
  };
}

/** What a good answer names: what was made, or the long call that continues. */
export function madeIn(
  route: Route,
  { made }: AuditStatement,
  status: number,
  answer: Record<string, unknown>,
): Name[] {
  if (status === 202 && route.long !== undefined) return namedIn([['id', 'operation']], answer);
  return made === undefined ? [] : namedIn([[made.field, made.kind]], answer);
}

export function textOf(names: readonly Name[]): string {
  return names.map(([kind, name]) => `${kind}:${kind === 'message' ? messageId(name) : name}`).join(' ');
}

function namesIn(route: Route, { names = {} }: AuditStatement, { params, body, headers, meant }: Asked): Name[] {
  const inPath = AUDITED_PARAMS.filter((name) => route.path.includes(`{${name}}`)).map((name): Name => [name, name]);
  const inBody = Object.entries<AuditKind>({ ...AUDITED_NAMES, ...names });
  const inHeader: Name[] = route.compat === undefined ? [] : [[SESSION_HEADER, 'session']];
  const ofClient: Name[] = meant === null ? namedIn(inHeader, headers) : [['session', meant]];
  return [...namedIn(inPath, params), ...ofClient, ...namedIn(inBody, body)];
}

/** The fields of something that are texts, each under its kind. */
function namedIn(fields: readonly Name[], given: unknown): Name[] {
  const values = fieldsOf(given);
  return fields.flatMap(([field, kind]): Name[] => {
    const value = values[field];
    return typeof value === 'string' ? [[kind, value]] : [];
  });
}

/** Of the query what was switched on, of the body what was given. */
function detailOf(route: Route, { query, body }: Asked): Record<string, unknown> {
  const plain = PLAIN.get(route) ?? plainFieldsOf(route);
  PLAIN.set(route, plain);
  const on = Object.entries(fieldsOf(query)).filter(([, value]) => value !== false);
  const given = [...on, ...Object.entries(fieldsOf(body))];
  return Object.fromEntries(
    given.filter(([field, value]) => plain.has(field) && value !== undefined && value !== null),
  );
}

function fieldsOf(given: unknown): Record<string, unknown> {
  // A body of bytes has none.
  if (typeof given !== 'object' || given === null || Buffer.isBuffer(given) || given instanceof Readable) return {};
  return given as Record<string, unknown>;
}

function safe(name: string): string {
  return NAME.test(name) ? name : '?';
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : '?';
}

/** WhatsApp's own id of a message has the number of its chat in it: `true_CHAT_ID`. The last part alone finds the message. */
function messageId(id: string): string {
  const [isOurs = '', , own] = id.split('_');
  return ['true', 'false'].includes(isOurs) && own !== undefined ? own : id;
}
