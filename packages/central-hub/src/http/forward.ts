import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { BYTES, HUB_ROUTES, LeadMasterError, type Route } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import { anyOf } from '@leadmaster/service-kit/wait';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.ts';
import type { MachineLink } from '../machines/link.ts';
import type { RouteContext } from './hub-app.ts';
import { shown } from './shown.ts';
import { targetOf } from './target.ts';

/** Headers of a request that a machine gets as they are. */
const SENT = ['accept', 'content-type', 'content-length', 'idempotency-key', 'prefer', 'x-passphrase'];
/** Headers of an answer that a caller gets as they are. */
const ANSWERED = [
  'content-type',
  'content-length',
  'content-disposition',
  'location',
  'preference-applied',
  'retry-after',
  'vary',
  'x-snapshot-bytes',
];
/** The longest answer that is read as JSON. */
const JSON_BYTES = 64 * 2 ** 20;

/** Routes that the hub answers itself, though a session manager has them, too. */
const OWN: readonly string[] = ['createSession', 'listSessions', 'getSession', 'listSessionEvents', 'deleteSession'];

/** Every route below a session that its machine answers: each is forwarded as the contract states it. */
export function forwardedRoutes(): Route[] {
  return Object.values<Route>(HUB_ROUTES).filter(
    ({ id, path }) => path.startsWith('/v1/sessions/{session}') && !OWN.includes(id),
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
    refuseOperatorInput(caller, route, request);
    const { session: given } = request.params as { session: string };
    const { session, link } = await targetOf(context, caller, given);
    return forward(context, { route, request, reply, caller, session, link });
  });
}

/** Some fields confirm what only the operator can know: that the place a copy came from is retired, that an account is another. */
function refuseOperatorInput({ kind }: Caller, { operatorInput = [] }: Route, { query, body }: FastifyRequest): void {
  if (kind === 'operator') return;
  const given: Record<string, unknown> = { ...(query as object), ...(isFields(body) ? body : {}) };
  const named = operatorInput.filter((field) => given[field] !== undefined && given[field] !== false);
  if (named.length === 0) return;
  throw new LeadMasterError('forbidden', `${named.join(', ')} is for the operator to confirm.`, 'Ask the operator.');
}

function isFields(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !(body instanceof Readable);
}

/** One request on its way to the machine of its session, and back. */
interface Forwarded {
  route: Route;
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  session: string;
  link: MachineLink;
}

/** Hands a request to a machine and its answer to the caller, in pieces as they come, and ends with whichever side ends. */
export async function forward(context: RouteContext, call: Forwarded): Promise<FastifyReply> {
  const { request, reply, route, link, caller } = call;
  const watch = context.ring.watch(caller);
  reply.raw.once('close', watch.done);
  const signal = anyOf(callerSignal(reply, context.closing), watch.signal);
  // Silence on this connection is no sign of death until the answer has gone out.
  reply.raw.setTimeout(0);
  const answer = await link.send({
    method: request.method,
    target: targetPath(route, call),
    headers: sentHeaders(request),
    ...bodyOf(request),
    signal,
  });
  const { statusCode: status = 502 } = answer;
  // A session manager redirects nowhere: what does is something else.
  if (status >= 300 && status < 400) throw notAManager(link, answer);
  reply.code(status);
  for (const name of ANSWERED) {
    const value = answer.headers[name];
    if (typeof value === 'string') reply.header(name, namedFor(caller, value));
  }
  if (!isJson(answer)) return reply.send(answer);
  reply.removeHeader('content-length');
  const said = await readJson(link, answer);
  if (status === 202 && route.long !== undefined) await own(context, call, said);
  const about = { route, session: call.session, machine: link.name, asOf: new Date(), status };
  return reply.send(JSON.stringify(shown(caller, about, said)));
}

/** A header that names the session, such as where the result is. */
function namedFor({ tenant }: Caller, value: string): string {
  return tenant === null ? value : value.replaceAll(`${tenant}.`, '');
}

/** The path of the machine's own route, with the session's full name, and the query as it came. */
function targetPath(route: Route, { request, session }: Forwarded): string {
  const params: Record<string, string> = { ...(request.params as object), session };
  const path = route.path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const query = request.raw.url?.split('?').slice(1).join('?') ?? '';
  return query === '' ? path : `${path}?${query}`;
}

function sentHeaders({ headers, id, body }: FastifyRequest): Record<string, string> {
  const isStream = body instanceof Readable;
  const names = SENT.filter((name) => name !== 'content-length' || isStream);
  const sent = names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []));
  return { ...Object.fromEntries(sent), 'x-request-id': id };
}

function bodyOf({ body }: FastifyRequest): { body?: string | Readable } {
  if (body === undefined || body === null) return {};
  return { body: body instanceof Readable ? body : JSON.stringify(body) };
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/(problem\+)?json\b/.test(headers['content-type'] ?? '');
}

async function readJson(link: MachineLink, answer: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let left = JSON_BYTES;
  for await (const part of answer as AsyncIterable<Buffer>) {
    left -= part.length;
    if (left < 0) throw notAManager(link, answer);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

/** A long call belongs to the one who began it. */
async function own({ store }: RouteContext, { caller, session, link }: Forwarded, said: unknown): Promise<void> {
  const { id } = said as { id: string };
  const { keyId, tenant } = caller;
  await store.operations.put({ id, machine: link.name, keyId, tenant, session, startedAt: new Date() });
}

function notAManager(link: MachineLink, answer: IncomingMessage): LeadMasterError {
  answer.destroy();
  return new LeadMasterError(
    'machine_unreachable',
    `What answers at the address of the machine "${link.name}" is no session manager.`,
    'Look at the address of the machine, and at what stands in front of it.',
  );
}
