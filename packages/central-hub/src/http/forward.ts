import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  BYTES,
  HUB_ROUTES,
  LeadMasterError,
  type Operation,
  operation,
  ROUTES,
  type Route,
} from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import { anyOf, isOverdue } from '@leadmaster/service-kit/wait';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.ts';
import type { MachineLink } from '../machines/link.ts';
import { isOnItsWay } from '../moves/failures.ts';
import { askMachine } from './earlier-machines.ts';
import type { RouteContext } from './hub-app.ts';
import { isJson, notAManager, readJson, requireStated } from './machine-answer.ts';
import { shown } from './shown.ts';
import { importTarget, MACHINE_HEADER, targetOf } from './target.ts';

/** Headers of a request that a machine gets as they are. */
const SENT = [
  'accept',
  'accept-language',
  'content-type',
  'content-length',
  'idempotency-key',
  'prefer',
  'x-passphrase',
];
/** Headers of an answer that a caller gets as they are. */
const ANSWERED = [
  'content-type',
  'content-length',
  'content-disposition',
  'idempotent-replayed',
  'location',
  'preference-applied',
  'retry-after',
  'vary',
  'x-snapshot-bytes',
];
/** How long a machine has for an answer beyond the wait that the caller asks for. Long calls and bytes take as long as they take. */
const ANSWER_MS = 120_000;
/** How long what still comes of a body is taken after its answer has gone out. */
const REST_MS = 5_000;

/** Routes that the hub answers itself, though a session manager has them, too. */
const OWN: readonly string[] = [
  ...[
    'createSession',
    'listSessions',
    'getSession',
    'changeSession',
    'listSessionEvents',
    'deleteSession',
    'moveSession',
  ],
];

/** Every route below a session that its machine answers: each is forwarded as the contract states it. */
function forwardedRoutes(): Route[] {
  return Object.values<Route>(HUB_ROUTES).filter(
    ({ id, path }) => id in ROUTES && path.startsWith('/v1/sessions/{session}') && !OWN.includes(id),
  );
}

/** Serves the routes that machines answer. */
export function forwardRoutes(app: HttpApp, context: RouteContext): void {
  const [bytes, others] = [forwardedRoutes().filter(isUpload), forwardedRoutes().filter((route) => !isUpload(route))];
  for (const route of others) serveForwarded(app, context, route);
  // In a scope of its own: a body of bytes is handed on as it comes, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, (_request, payload, done) => done(null, payload));
    for (const route of bytes) serveForwarded(scope, context, route);
  });
}

function isUpload({ bytes }: Route): boolean {
  return bytes !== undefined;
}

function serveForwarded(app: HttpApp, context: RouteContext, route: Route): void {
  serve(app, route, async (plain, reply) => {
    const request = plain as FastifyRequest;
    const caller = context.callers.of(request);
    const { session: given } = request.params as { session: string };
    const target = route.id === 'importSession' ? importTarget : targetOf;
    const { session, link } = await target(context, caller, given, request.headers[MACHINE_HEADER]);
    return forward(context, { route, request, reply, caller, session, link });
  });
}

/** One request on its way to the machine of its session, and back. */
interface Forwarded {
  route: Route;
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  session: string;
  link: MachineLink;
  /** Headers beside those of the request. */
  headers?: Record<string, string>;
  /** In the place of the request's own. */
  body?: object | null;
}

/** Hands a request to a machine and its answer to the caller, in pieces as they come, and ends with whichever side ends. */
export async function forward(context: RouteContext, call: Forwarded): Promise<FastifyReply> {
  const { request, reply, route, link, caller } = call;
  if (route.scope === 'send') await context.teller.require(link);
  const ended = context.openCalls.watch(caller, reply.raw);
  const signal = anyOf(callerSignal(reply, context.closing), ended, deadlineOf(call));
  // Silence on this connection is no sign of death until the answer has gone out.
  reply.raw.setTimeout(0);
  reply.raw.once('finish', () => dropRest(request));
  try {
    const outgoing = {
      method: methodOf(route, request),
      target: targetPath(route, call),
      headers: { ...sentHeaders(request), ...call.headers },
      ...bodyOf(call.body === undefined ? request.body : call.body),
      signal,
      isKeyless: !caller.hasKey,
    };
    const answer = await askMachine(context, { route, session: call.session, link, outgoing, caller });
    requireStated({ route, answer, isKeyless: !caller.hasKey });
    return await handOn(context, call, answer);
  } catch (error) {
    const why: unknown = signal.aborted ? signal.reason : error;
    throw isOverdue(why) ? link.unreachable('it takes too long', request.method, true) : why;
  }
}

/** Gives the answer of a machine to the caller: in JSON as the caller may see it, all else as it comes. */
async function handOn(context: RouteContext, call: Forwarded, answer: IncomingMessage): Promise<FastifyReply> {
  const { request, reply, route, link, caller } = call;
  const { statusCode: status = 0 } = answer;
  const head = (): FastifyReply => {
    reply.code(status);
    for (const name of ANSWERED) {
      const value = answer.headers[name];
      if (typeof value === 'string') reply.header(name, namedFor(caller, value));
    }
    return reply;
  };
  if (!isJson(answer)) return head().send(answer);
  const said = await readJson(answer).catch((error: unknown) => {
    throw error instanceof LeadMasterError ? error : link.unreachable('its answer breaks off', request.method, true);
  });
  const begun = status === 202 && route.long !== undefined ? operation.safeParse(said) : null;
  if (begun?.success === false) throw notAManager(answer);
  if (begun !== null) await own(context, call, begun.data);
  await refuseOnItsWay(context, call, status, said);
  const about = { route, session: call.session, machine: link.name, asOf: new Date(), status };
  const told = shown(caller, about, said);
  // It is about another session than it was asked for.
  if (told === null) throw notAManager(answer);
  return head().removeHeader('content-length').send(JSON.stringify(told));
}

/**
 * A machine may answer before it has read a whole body. The rest is read and dropped for a while: left unread, it would hold the
 * connection, and with it the end of the hub, open.
 */
function dropRest({ raw }: FastifyRequest): void {
  if (raw.complete) return;
  const late = setTimeout(() => raw.destroy(), REST_MS).unref();
  raw.once('close', () => clearTimeout(late)).resume();
}

/** Between the two machines of a move the session is on neither: its callers are told that, and no address. */
async function refuseOnItsWay(
  { store }: RouteContext,
  { session }: Forwarded,
  status: number,
  said: object,
): Promise<void> {
  if (status !== 409 || !('code' in said) || said.code !== 'session_moved') return;
  if ((await store.moves.open({ kind: 'move', subject: session })) !== null) throw isOnItsWay();
}

/** When an answer must be here; undefined where it may take any time. */
function deadlineOf({ route, request }: Forwarded): AbortSignal | undefined {
  if (route.long !== undefined || route.bytes !== undefined || answersBytes(route)) return undefined;
  // Routes of earlier services take any query, and read none of it.
  const { wait } = request.query as { wait?: unknown };
  return AbortSignal.timeout(ANSWER_MS + (typeof wait === 'number' ? wait * 1000 : 0));
}

/** The head of an answer in JSON has the size of what the caller is told, which is known once that is made. */
function methodOf(route: Route, { method }: FastifyRequest): string {
  return method === 'HEAD' && !answersBytes(route) ? 'GET' : method;
}

function answersBytes({ answers }: Route): boolean {
  return Object.values(answers).some((answer) => 'content' in answer && BYTES in answer.content);
}

/** A header that names the session, such as where the result is. */
function namedFor({ tenant }: Caller, value: string): string {
  return tenant === null ? value : value.replaceAll(`${tenant}.`, '');
}

/** The path of the machine's own route, with the session's full name, and the query as it came. */
function targetPath(route: Route, { request, session }: Forwarded): string {
  const params: Record<string, string> = { ...(request.params as object), session };
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  // What a query says on the routes of earlier services is the hub's to read.
  const query = route.compat === undefined ? (request.raw.url?.split('?').slice(1).join('?') ?? '') : '';
  return query === '' ? path : `${path}?${query}`;
}

function sentHeaders({ headers, id, body }: FastifyRequest): Record<string, string> {
  const isStream = body instanceof Readable;
  const names = SENT.filter((name) => name !== 'content-length' || isStream);
  const sent = names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []));
  return { ...Object.fromEntries(sent), 'x-request-id': id };
}

function bodyOf(body: unknown): { body?: string | Readable } {
  if (body === undefined || body === null) return {};
  return { body: body instanceof Readable ? body : JSON.stringify(body) };
}

/** A long call belongs to the one who began it. Where that cannot be stored, the call runs all the same: it is told as begun. */
async function own(
  { store, log }: RouteContext,
  { caller, session, link }: Forwarded,
  { id }: Operation,
): Promise<void> {
  const { keyId, tenant } = caller;
  try {
    await store.operations.put({ id, machine: link.name, keyId, tenant, session, startedAt: new Date() });
  } catch (error) {
    log.warn(
      { operation: id, err: error },
      'who began a long call could not be stored: it runs, and cannot be followed',
    );
  }
}
