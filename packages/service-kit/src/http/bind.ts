import {
  type AnswerOf,
  type Audience,
  type BodyOf,
  BYTES,
  descriptionOf,
  failuresOf,
  goodAnswersOf,
  type HeadersOf,
  hasBody,
  longCallHeaders,
  nothingRead,
  type OperationKind,
  type ParamsOf,
  type QueryOf,
  type Route,
  type Scope,
  statusOf,
} from '@leadmaster/protocol';
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { HttpApp } from './app.ts';
import { answerLongCall, type LongCalls, type LongWork } from './long-call.ts';

/** A request of a stated route, read and checked. */
export type RequestOf<R extends Route> = FastifyRequest<{
  Params: ParamsOf<R>;
  Querystring: QueryOf<R>;
  Headers: HeadersOf<R>;
  Body: BodyOf<R>;
}>;

/** The JSON of the route's good answer; a reply where the answer has another form or status, and was sent. */
type Handled<R extends Route> = AnswerOf<R> | FastifyReply;

/** Does the work of a route. One that answers without a body may return nothing. */
export type Handler<R extends Route> = (
  request: RequestOf<R>,
  reply: FastifyReply,
) => Handled<R> | Promise<Handled<R>> | (undefined extends AnswerOf<R> ? Promise<void> : never);

/** Serves a route of the contract: its statement says what is read and answered, the handler does the work. */
export function serve<const R extends Route>(app: HttpApp, route: R, handler: Handler<R>): void {
  const [status, isWithBody] = [statusOf(route), hasBody(route)];
  app.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: route.method === 'GET' && route.streams !== true,
    ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit.bytes }),
    config: {
      routeId: route.id,
      open: route.open === true,
      compat: route.compat !== undefined,
      upload: route.bytes === 'streamed',
      ...(route.bodyLimit === undefined ? {} : { bodyMs: route.bodyLimit.ms }),
    },
    schema: schemaOf(route),
    handler: async (request, reply) => {
      reply.code(status);
      const answer = await handler(request as RequestOf<R>, reply);
      // Awaiting a reply that was sent gives undefined.
      return answer === undefined && isWithBody ? reply : reply.send(answer);
    },
  });
}

/** What Fastify checks requests by, and what the description of the API says of the route. */
function schemaOf(route: Route): FastifySchema & { 'x-scope'?: Scope; 'x-audience': Audience } {
  const { params, query = nothingRead, body } = route;
  const headers = route.long === undefined ? route.headers : longCallHeaders;
  const description = descriptionOf(route);
  return {
    operationId: route.id,
    summary: route.summary,
    ...(description === undefined ? {} : { description }),
    tags: [route.tag],
    ...(route.open === true ? { security: [] } : { 'x-scope': route.scope }),
    'x-audience': route.audience,
    ...(params === undefined ? {} : { params }),
    querystring: query,
    ...(headers === undefined ? {} : { headers }),
    ...(route.bytes === undefined ? {} : { consumes: [BYTES] }),
    ...(body === undefined ? {} : { body }),
    response: { ...goodAnswersOf(route), ...failuresOf(route) },
  };
}

/** Serves a long call of the contract: answers when it is finished, or at once where the caller prefers that. */
export function serveLong<const R extends Route & { long: OperationKind }>(
  app: HttpApp,
  calls: LongCalls,
  route: R,
  work: (request: RequestOf<R>) => LongWork<AnswerOf<R>>,
): void {
  serve(app, route, (request, reply) =>
    answerLongCall(calls, route.long, request as FastifyRequest, reply, work(request)),
  );
}
