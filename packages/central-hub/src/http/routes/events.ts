import { cursorOf, cursorText, HUB_ROUTES, LeadMasterError } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, type RequestOf, requireType, serve } from '@leadmaster/service-kit/http';
import { anyOf } from '@leadmaster/service-kit/wait';
import type { FastifyReply } from 'fastify';
import { type View, viewOf } from '../../events/feed.ts';
import type { Caller } from '../../keys/caller.ts';
import type { RouteContext } from '../hub-app.ts';
import { targetOf } from '../target.ts';

const FORMS = ['application/json', 'text/event-stream'] as const;

type Listing = Pick<RequestOf<typeof HUB_ROUTES.listEvents>, 'query' | 'headers'>;

/** `/v1/events` and `/v1/sessions/{s}/events`: the hub's own log, by its own ids. */
export function eventRoutes(app: HttpApp, context: RouteContext): void {
  const { callers } = context;
  serve(app, HUB_ROUTES.listEvents, (request, reply) => {
    const caller = callers.of(request);
    return answer(context, request, reply, caller, viewOf(caller));
  });
  serve(app, HUB_ROUTES.listSessionEvents, async (request, reply) => {
    const caller = callers.of(request);
    const { session } = await targetOf(context, caller, request.params.session);
    return answer(context, request, reply, caller, viewOf(caller, session));
  });
}

async function answer(
  { feed, openCalls, closing }: RouteContext,
  { query, headers }: Listing,
  reply: FastifyReply,
  caller: Caller,
  view: View,
) {
  const form = requireType(headers.accept, FORMS);
  reply.header('vary', 'accept');
  const ended = openCalls.watch(caller, reply.raw);
  const signal = anyOf(callerSignal(reply, closing), ended);
  const [newest, logId] = [await feed.newest(view), feed.logIdOf(view)];
  const sent = headers['last-event-id'] ?? query.after;
  const known = sent === undefined ? null : knownTo(sent, logId, newest);
  if (form === 'application/json') {
    const until = anyOf(signal, AbortSignal.timeout(query.wait * 1000));
    const { events, cursor, oldest } = await feed.nextPage(view, known ?? 0, query.limit, until);
    ended.throwIfAborted();
    return reply.send({ items: events, cursor, oldest, logId });
  }
  const after = known ?? newest;
  const { oldest } = await feed.page(view, after, 1);
  const missed = after + 1 < oldest;
  const greeting = missed ? `events ${after + 1} to ${oldest - 1} are no longer kept` : `events after ${after}`;
  const from = cursorText(after, logId);
  // What has aborted already does not abort again.
  ended.throwIfAborted();
  const stream = feed.follow(view, { after, from, greeting });
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return (
    reply
      .type('text/event-stream; charset=utf-8')
      .header('x-oldest-event-id', String(oldest))
      .header('x-event-cursor', from)
      // Proxies must pass each event on at once, and the connection ends with the stream.
      .header('x-accel-buffering', 'no')
      .header('connection', 'close')
      .send(stream)
  );
}

/** @throws LeadMasterError `cursor_of_another_log`, `cursor_unknown` */
function knownTo(sent: number | string, logId: string, newest: number): number {
  const cursor = cursorOf(sent);
  if (cursor.logId !== null && cursor.logId !== logId) {
    throw new LeadMasterError(
      'cursor_of_another_log',
      `The cursor is of the log ${cursor.logId}; the log of this hub is ${logId}.`,
      'Read on without a cursor, and keep the cursor of this log from then on.',
    );
  }
  if (cursor.id <= newest) return cursor.id;
  throw new LeadMasterError(
    'cursor_unknown',
    `The cursor ${cursor.id} is beyond the newest event, ${newest}.`,
    'Read on without a cursor: the log was replaced, or the cursor is of another service.',
  );
}
