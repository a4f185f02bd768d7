import { Readable } from 'node:stream';
import { eventPage, LeadMasterError } from '@leadmaster/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problems, SESSION_ERRORS } from '../documented.ts';
import { eventStream } from '../event-stream.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { limit, queryInteger, sessionParams, waitSeconds } from '../inputs.ts';
import { requireType } from '../negotiate.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const FORMS = ['application/json', 'text/event-stream'] as const;

const cursor = queryInteger(0, Number.MAX_SAFE_INTEGER);

const query = z.strictObject({
  after: cursor.optional().describe('The id of the last event already known'),
  limit: limit(100),
  wait: waitSeconds,
});

/** What a reconnecting client sends that has seen no event yet: EventSource a blank one, others the word. */
const NO_ID: readonly unknown[] = ['', 'undefined', 'null'];

const headers = z.looseObject({
  'last-event-id': z
    .preprocess((value) => (NO_ID.includes(value) ? undefined : value), cursor.optional())
    .describe('Where a stream was broken off; goes before `after`'),
});

const response = {
  200: {
    description:
      'A page (`cursor` is the next `after`), or with `Accept: text/event-stream` a stream that does not end',
    content: { 'application/json': { schema: eventPage }, 'text/event-stream': { schema: z.string() } },
  },
};

const description =
  'JSON: events after a cursor, waiting up to `wait` seconds for the first. Stream: Server-Sent Events, live, from `after` or ' +
  '`Last-Event-ID` on; without either from now on. `oldest` (JSON), `X-Oldest-Event-Id` (stream) is the first event still kept.';

interface Asked {
  session?: string;
  after: number | undefined;
  limit: number;
  wait: number;
  lastEventId: number | undefined;
}

/** `/v1/events` and `/v1/sessions/{s}/events`. HEAD is left out: there is no head of a stream worth asking for. */
export function eventRoutes(app: HttpApp, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/events',
    exposeHeadRoute: false,
    schema: {
      operationId: 'listEvents',
      summary: 'Events of all sessions',
      description,
      tags: ['events'],
      querystring: query,
      headers,
      response: { ...response, ...problems(['not_acceptable', 'cursor_unknown', 'storage_failed']) },
    },
    handler: (request, reply) =>
      answer(context, request, reply, {
        ...request.query,
        after: request.query.after,
        lastEventId: request.headers['last-event-id'],
      }),
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/events',
    exposeHeadRoute: false,
    schema: {
      operationId: 'listSessionEvents',
      summary: 'Events of one session',
      description,
      tags: ['events'],
      params: sessionParams,
      querystring: query,
      headers,
      response: { ...response, ...problems([...SESSION_ERRORS, 'not_acceptable', 'cursor_unknown']) },
    },
    handler: async (request, reply) => {
      await context.sessions.get(request.params.session);
      return answer(context, request, reply, {
        ...request.query,
        after: request.query.after,
        lastEventId: request.headers['last-event-id'],
        session: request.params.session,
      });
    },
  });
}

async function answer(context: RouteContext, request: FastifyRequest, reply: FastifyReply, asked: Asked) {
  const { sessions, closing, timing } = context;
  const signal = callerSignal(reply, closing);
  const of = asked.session === undefined ? {} : { session: asked.session };
  const form = requireType(request.headers.accept, FORMS);
  reply.header('vary', 'accept');
  refuseFuture(asked.lastEventId ?? asked.after ?? 0, sessions.lastEventId());
  if (form === 'application/json') {
    const after = asked.lastEventId ?? asked.after ?? 0;
    const page = sessions.events({ ...of, after, limit: asked.limit, waitMs: asked.wait * 1000, signal });
    return reply.send(await untilClosing(page, closing));
  }
  const after = asked.lastEventId ?? asked.after ?? sessions.lastEventId();
  const { oldest } = await untilClosing(sessions.events({ ...of, after, limit: 1, waitMs: 0, signal }), closing);
  const missed = after + 1 < oldest;
  const greeting = missed ? `events ${after + 1} to ${oldest - 1} are no longer kept` : `events after ${after}`;
  const text = eventStream(sessions.follow({ ...of, after, signal }), {
    greeting,
    heartbeatMs: timing.heartbeatMs,
    signal,
  });
  return (
    reply
      .type('text/event-stream; charset=utf-8')
      .header('x-oldest-event-id', String(oldest))
      // Proxies must pass each event on at once, and the connection ends with the stream.
      .header('x-accel-buffering', 'no')
      .header('connection', 'close')
      .send(Readable.from(text, { highWaterMark: 1 }))
  );
}

/** Ids only grow, so a cursor beyond the newest comes from another log: waiting for it would be silence for ever. */
function refuseFuture(after: number, newest: number): void {
  if (after <= newest) return;
  throw new LeadMasterError(
    'cursor_unknown',
    `The cursor ${after} is beyond the newest event, ${newest}: it comes from another data folder`,
    'Begin again without a cursor, or with after=0.',
    { extra: { newest } },
  );
}
