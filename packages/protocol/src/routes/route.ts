import { z } from 'zod';
import type { AuditStatement } from '../audit.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { problem } from '../problem.ts';
import type { Scope } from '../scopes.ts';
import { type OperationKind, operation } from '../snapshots.ts';
import type { nothingRead } from './inputs.ts';

/**
 * Who may call a route through a hub: `operator`, who sees machines and every tenant, or also a `tenant` for its own sessions.
 * Whatever names a machine, a path or another session in all of its answers is the operator's; what does so in a part of one is
 * a tenant's without that part.
 */
export type Audience = 'operator' | 'tenant';

/** The groups of the API's description. */
export const TAGS = {
  sessions: 'Make, start, stop and remove sessions',
  linking: 'Link an account by QR or pairing code',
  events: 'What happened, by cursor',
  messages: 'Send texts',
  chats: 'Read chats, contacts, and whether a number is on WhatsApp',
  snapshots: 'Take, prove and restore snapshots; bring sessions back from the vault',
  transfers: 'Move a session to another session manager, and what managers say to each other',
  storage: 'The size of profiles, and making them smaller',
  operations: 'Follow long calls',
  tenants: 'The clients of the installation',
  keys: 'What opens the hub',
  machines: 'The session managers behind the hub',
  audit: 'Who did what, on what, from where, when, and with what result',
  service: 'Health and metrics',
  compatibility: 'For the LeadMaster services that exist today; one session',
} as const;

/** A good answer: its body, by media type. */
export interface Answer {
  description: string;
  content: Record<string, { schema: z.ZodType }>;
}

/** A good answer in JSON. */
export function json<S extends z.ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } };
}

/** A good answer without a body. */
export function nothing(description: string): z.ZodUndefined {
  return z.undefined().describe(description);
}

/** One route as it is stated: who may call it, what it reads, what it answers. Everything else is derived. */
export interface RouteStatement {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` for each part that `params` reads. */
  readonly path: `/${string}`;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  readonly scope: Scope;
  readonly audience: Audience;
  /** Fields of the query or the body that are the operator's alone, where a tenant may call the route: to confirm what only the operator knows. */
  readonly operatorInput?: readonly string[];
  /** What its audit line holds beside what every line has. Stated by a GET, the route leaves a line; all others do anyway (`auditOf`). */
  readonly audit?: AuditStatement;
  /** Answers without a key. */
  readonly open?: true;
  /**
   * For LeadMaster services of earlier versions: answers without a key where `LEADMASTER_COMPAT=open`, and with errors of
   * their shape, `compatFailure`, in these statuses. Only its 401 is problem+json, with `success` and `error` beside the rest.
   */
  readonly compat?: { failures: readonly number[] };
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly headers?: z.ZodType;
  readonly body?: z.ZodType;
  /** Where the body is bytes: read whole, or streamed of any size for as long as it comes. */
  readonly bytes?: 'whole' | 'streamed';
  /** Where the body may be larger than 1 MiB or take longer than others to arrive. */
  readonly bodyLimit?: { bytes: number; ms: number };
  /** Answers when finished, or with `Prefer: respond-async` at once with 202 and an operation of this kind. */
  readonly long?: OperationKind;
  /** The answer may be a stream without an end: it has no HEAD. */
  readonly streams?: true;
  /** By status. */
  readonly answers: Record<number, Answer | z.ZodUndefined>;
  /** What it refuses with, beside what every route does (`errorsOf`). */
  readonly errors: readonly ErrorCode[];
}

/** A stated route under its id, which is the `operationId` of the description. */
export interface Route extends RouteStatement {
  readonly id: string;
}

/** Gives each route its id: the name under which it is stated. */
export function routes<const T extends Record<string, RouteStatement>>(stated: T) {
  const named = Object.entries(stated).map(([id, statement]) => [id, { ...statement, id }]);
  return Object.fromEntries(named) as { readonly [K in keyof T]: T[K] & { readonly id: K } };
}

type SchemaOf<R, K extends keyof RouteStatement, Default extends z.ZodType> =
  R extends Record<K, infer S extends z.ZodType> ? S : Default;

/** What a handler gets of a request's path, query, headers and body: read and checked. */
export type ParamsOf<R> = z.output<SchemaOf<R, 'params', typeof nothingRead>>;
export type QueryOf<R> = z.output<SchemaOf<R, 'query', typeof nothingRead>>;
export type HeadersOf<R> = z.output<SchemaOf<R, 'headers', z.ZodObject<Record<string, never>>>>;
export type BodyOf<R> = z.output<SchemaOf<R, 'body', z.ZodUndefined>>;

/** What a caller sends as the body, before defaults are filled in. */
export type BodyInputOf<R> = z.input<SchemaOf<R, 'body', z.ZodUndefined>>;

type JsonOf<A> = A extends { content: { 'application/json': { schema: infer S extends z.ZodType } } }
  ? z.output<S>
  : undefined;

/** The good answers of a route, by status, as JSON; undefined for an answer without a body. */
export type AnswersOf<R extends RouteStatement> = { [S in keyof R['answers']]: JsonOf<R['answers'][S]> };

/** What a caller gets of a route in the end: of a long one what it came to. */
export type AnswerOf<R extends RouteStatement> = AnswersOf<R>[keyof R['answers']];

/** The good status of a route: the only one that it states. */
export function statusOf(route: RouteStatement): number {
  return Number(Object.keys(route.answers)[0]);
}

/** Whether its good answer has a body. */
export function hasBody(route: RouteStatement): boolean {
  return Object.values(route.answers).some((answer) => 'content' in answer);
}

/** Read by every long call. */
export const longCallHeaders = z.looseObject({
  prefer: z.string().optional().describe('`respond-async` (RFC 7240): answer at once with 202 and an operation'),
});

/** The answer of every long call to `Prefer: respond-async`. */
const ACCEPTED = {
  202: json('With `Prefer: respond-async`: the work continues; follow it at `Location`', operation),
};

/** The good answers of a route by status, with the 202 of a long one. */
export function goodAnswersOf({ answers, long }: RouteStatement): RouteStatement['answers'] {
  return { ...answers, ...(long === undefined ? {} : ACCEPTED) };
}

/** What the description of every long call says of its form. */
const LONG_CALL =
  'Answers when finished, however long that takes; with `Prefer: respond-async` at once, with 202, `Location` and ' +
  '`Preference-Applied`, and a later refusal stands in the operation. Once begun it continues even if the ' +
  'caller hangs up: find it in `GET /v1/operations`.';

/** The description of a route, with what its form adds. */
export function descriptionOf({ description, long }: RouteStatement): string | undefined {
  return (
    [description, long === undefined ? undefined : LONG_CALL].filter((part) => part !== undefined).join(' ') ||
    undefined
  );
}

/** Every code that a route can answer with. */
export function errorsOf({ errors, open, body }: RouteStatement): ReadonlySet<ErrorCode> {
  const always: ErrorCode[] = ['invalid_request', 'internal', 'shutting_down'];
  return new Set([
    ...always,
    ...(open === true ? [] : (['unauthorized'] as const)),
    ...(body === undefined ? [] : (['payload_too_large', 'unsupported_media_type'] as const)),
    ...errors,
  ]);
}

/** The error body, with the list of wrong fields that a refused request brings. */
export const problemBody = problem.extend({
  errors: z.array(z.object({ in: z.string(), path: z.string(), message: z.string() })).optional(),
});

/** The body of an error of the routes for earlier services: each of those looks at another field. `error` is the `message`. */
const compatFailure = z.object({
  success: z.literal(false),
  error: z.string(),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  reason: z.string().optional().describe('Of `SESSION_NOT_READY`: why, by the code of the error'),
});

/** The error answers of a route, by status. */
export function failuresOf(route: RouteStatement): Record<string, Answer> {
  if (route.compat === undefined) return problems(errorsOf(route));
  return {
    ...problems(['unauthorized']),
    ...Object.fromEntries(
      route.compat.failures.map((s) => [String(s), json('`{success: false, error, code, message}`', compatFailure)]),
    ),
  };
}

/** One answer per status, naming the codes that come with it. */
function problems(codes: Iterable<ErrorCode>): Record<string, Answer> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, those]) => [
        String(status),
        {
          description: those.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('; '),
          content: { 'application/problem+json': { schema: problemBody } },
        },
      ]),
  );
}
