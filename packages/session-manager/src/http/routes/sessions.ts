import { createSession, HELD_BACK_REASONS, session, startSession } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, nothing, problems, SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noBody, noQuery, queryBoolean, sessionParams, waitSeconds } from '../inputs.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const tags = ['sessions'];

const CREATE_ERRORS = ['invalid_session_name', 'session_exists', 'profile_unreadable', 'storage_failed'] as const;
const STOP_ERRORS = ['wrong_state', 'browser_not_gone', 'engine_failed', 'timeout'] as const;

/** `/v1/sessions`: make, list, look at and remove them. */
export function sessionRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions',
    schema: {
      operationId: 'createSession',
      summary: 'Make a session, and start it unless told otherwise',
      tags,
      querystring: noQuery,
      body: createSession,
      response: {
        201: json('The session', session),
        ...problems([...CREATE_ERRORS, ...BODY_ERRORS, ...START_ERRORS]),
      },
    },
    handler: async (request, reply) => {
      const made = await sessions.create(request.body);
      return reply.code(201).header('location', `/v1/sessions/${made.name}`).send(made);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions',
    schema: {
      operationId: 'listSessions',
      summary: 'All sessions of this machine; profiles that nobody has adopted are UNCLAIMED',
      tags,
      querystring: noQuery,
      response: {
        200: json('The sessions', z.object({ items: z.array(session) })),
        ...problems(['profile_unreadable', 'storage_failed']),
      },
    },
    handler: async () => ({ items: await sessions.list() }),
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session',
    schema: {
      operationId: 'getSession',
      summary: 'One session',
      tags,
      params: sessionParams,
      querystring: noQuery,
      response: { 200: json('The session', session), ...problems(SESSION_ERRORS) },
    },
    handler: (request) => sessions.get(request.params.session),
  });

  app.route({
    method: 'DELETE',
    url: '/v1/sessions/:session',
    schema: {
      operationId: 'deleteSession',
      summary: 'Remove a session; its profile goes to trash, its snapshots stay',
      tags,
      params: sessionParams,
      querystring: z.strictObject({
        purge: queryBoolean
          .default(false)
          .describe("Also destroy the key of the session's snapshots: no one can read them again"),
      }),
      body: noBody,
      response: {
        204: nothing('Removed'),
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          'session_unclaimed',
          'transfer_open',
          ...STOP_ERRORS,
          ...VAULT_ERRORS,
        ]),
      },
    },
    handler: async (request, reply) => {
      await sessions.delete(request.params.session, { purge: request.query.purge });
      return reply.code(204).send();
    },
  });
}

const ACTIONS = {
  start: 'Start it; does nothing when it runs. A copy of a login starts once `originRetired` is said',
  stop: 'Stop its browser; the login is kept',
  restart: 'Stop and start it',
  logout: 'Unlink the account at WhatsApp; the old profile goes to trash',
} as const;

/** `/v1/sessions/{s}/start` and the like. All of them may be repeated. */
export function actionRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  for (const action of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
    app.route({
      method: 'POST',
      url: `/v1/sessions/:session/${action}`,
      schema: {
        operationId: `${action}Session`,
        summary: ACTIONS[action],
        description:
          'Answers at once with the state it is in; with `?wait=` once that state no longer passes by itself.',
        tags,
        params: sessionParams,
        querystring: z.strictObject({ wait: waitSeconds }),
        body: action === 'start' ? startSession.nullish() : noBody,
        response: {
          202: json('The session', session),
          ...problems([
            ...SESSION_ERRORS,
            ...BODY_ERRORS,
            ...START_ERRORS,
            'session_moved',
            'origin_not_retired',
            ...HELD_BACK_REASONS,
          ]),
        },
      },
      handler: async (request, reply) => {
        const name = request.params.session;
        const now = action === 'start' ? await sessions.start(name, request.body ?? {}) : await sessions[action](name);
        const waitMs = request.query.wait * 1000;
        if (waitMs === 0) return reply.code(202).send(now);
        const signal = callerSignal(reply, closing);
        return reply.code(202).send(await untilClosing(sessions.settled(name, waitMs, signal), closing));
      },
    });
  }
}
