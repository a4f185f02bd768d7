import { cursorOf, cursorText, ROUTES } from '@leadmaster/protocol';
import {
  callerSignal,
  EventFollowers,
  type HttpApp,
  type RequestOf,
  requireType,
  serve,
  untilClosing,
} from '@leadmaster/service-kit/http';
import type { FastifyReply } from 'fastify';
import { goesOnAfter } from '../../lifecycle/event-cursor.ts';
import type { RouteContext } from '../http-app.ts';

const FORMS = ['application/json', 'text/event-stream'] as const;

type Listing = Pick<RequestOf<typeof ROUTES.listEvents>, 'query' | 'headers'>;

/** `/v1/events` and `/v1/sessions/{s}/events`. */
export function eventRoutes(app: HttpApp, context: RouteContext): void {
  const listing = { ...context, followers: followersOf(app, context) };
  serve(app, ROUTES.listEvents, (request, reply) => answer(listing, request, reply, {}));
  serve(app, ROUTES.listSessionEvents, async (request, reply) => {
    const { session } = request.params;
    await context.sessions.get(session);
    return answer(listing, request, reply, { session });
  });
}

function followersOf(app: HttpApp, { sessions, closing, timing }: RouteContext) {
  return new EventFollowers(
    {
      read: async ({ scope, after, limit }) => {
        const of = scope === '' ? {} : { session: scope };
        const { items, logId } = await sessions.events({ ...of, after, limit, waitMs: 0, signal: closing });
        return { events: items, cursorText: (id) => cursorText(id, logId) };
      },
      news: (signal) => sessions.follow({ after: sessions.eventLog().newest, signal }),
      scopesOf: ({ session, id }) => [[session, id]],
    },
    {
      heartbeatMs: timing.heartbeatMs,
      closing,
      onFailure: (error) => app.log.error({ err: error }, 'the event log could not be followed'),
    },
  );
}

async function answer(
  context: RouteContext & { followers: ReturnType<typeof followersOf> },
  { query, headers }: Listing,
  reply: FastifyReply,
  of: { session?: string },
) {
  const { sessions, closing, followers } = context;
  const signal = callerSignal(reply, closing);
  const form = requireType(headers.accept, FORMS);
  reply.header('vary', 'accept');
  const sent = headers['last-event-id'] ?? query.after;
  const log = sessions.eventLog();
  const cursor = sent === undefined ? null : goesOnAfter(cursorOf(sent), log);
  if (form === 'application/json') {
    const { limit, wait } = query;
    // Without a cursor nothing was missed: from the oldest that is kept.
    const after = cursor ?? Math.max(0, log.oldest - 1);
    const page = sessions.events({ ...of, after, limit, waitMs: wait * 1000, signal });
    return reply.send(await untilClosing(page, closing));
  }
  const after = cursor ?? log.newest;
  const from = cursorText(after, log.logId);
  const scope = of.session === undefined ? {} : { scope: of.session };
  const stream = followers.follow({ ...scope, after, from, greeting: `events after ${after}` });
  return (
    reply
      .type('text/event-stream; charset=utf-8')
      .header('x-oldest-event-id', String(log.oldest))
      .header('x-event-cursor', from)
      // Proxies must pass each event on at once, and the connection ends with the stream.
      .header('x-accel-buffering', 'no')
      .header('connection', 'close')
      .send(stream)
  );
}
