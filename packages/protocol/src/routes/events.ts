import { z } from 'zod';
import { eventCursor, eventPage } from '../events/index.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { limit, sessionParams, waitSeconds } from './inputs.ts';
import { type RouteStatement, routes } from './route.ts';

/** What a reconnecting client sends that has seen no event yet: EventSource a blank one, others the word. */
const NO_ID: readonly unknown[] = ['', 'undefined', 'null'];

const listing = {
  method: 'GET',
  tag: 'events',
  description:
    'JSON: events after a cursor, waiting up to `wait` seconds for the first. Stream: Server-Sent Events, live, from `after` or ' +
    '`Last-Event-ID` on; without either from now on. `oldest` (JSON), `X-Oldest-Event-Id` (stream) is the first event still kept; ' +
    'what a cursor has missed is told first, as `events.gap`. ' +
    'A cursor is the number of an event, alone or with the identity of its log, `42@LOGID`, as the stream gives each event; one of another log is ' +
    'refused. `logId` (JSON), `X-Event-Cursor` (stream: where it begins) tell the log.',
  scope: 'read',
  audience: 'tenant',
  streams: true,
  query: z.strictObject({
    after: eventCursor.optional().describe('The last event already known: `42`, or `42@LOGID`'),
    limit: limit(100),
    wait: waitSeconds,
  }),
  headers: z.looseObject({
    'last-event-id': z
      .preprocess((value) => (NO_ID.includes(value) ? undefined : value), eventCursor.optional())
      .describe('Where a stream was broken off; goes before `after`'),
  }),
  answers: {
    200: {
      description:
        'A page (`cursor` is the next `after`), or with `Accept: text/event-stream` a stream that does not end',
      content: { 'application/json': { schema: eventPage }, 'text/event-stream': { schema: z.string() } },
    },
  },
} as const satisfies Partial<RouteStatement>;

/** `/v1/events` and `/v1/sessions/{s}/events`: what happened, by cursor. */
export const eventRoutes = routes({
  listEvents: {
    ...listing,
    path: '/v1/events',
    summary: 'Events of all sessions',
    errors: ['not_acceptable', 'cursor_of_another_log', 'cursor_unknown', 'storage_failed'],
  },
  listSessionEvents: {
    ...listing,
    path: '/v1/sessions/{session}/events',
    summary: 'Events of one session',
    params: sessionParams,
    errors: [...SESSION_ERRORS, 'not_acceptable', 'cursor_of_another_log', 'cursor_unknown'],
  },
});
