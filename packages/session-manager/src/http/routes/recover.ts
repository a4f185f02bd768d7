import { recoverable, recovered, recoverSessions } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, problems, VAULT_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery } from '../inputs.ts';
import { accepted, answerLongCall, LONG_CALL, longCallHeaders } from '../long-call.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const tags = ['snapshots'];

const ERRORS = [...VAULT_ERRORS, 'profile_unreadable', 'storage_failed'] as const;

/** `/v1/recover`: sessions back from the vault alone, on a machine that has never had them. */
export function recoverRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots, closing } = context;

  app.route({
    method: 'GET',
    url: '/v1/recover',
    schema: {
      operationId: 'listRecoverable',
      summary: 'Every session that the vault holds, with its last snapshot',
      tags,
      querystring: noQuery,
      response: { 200: json('The sessions', z.object({ items: z.array(recoverable) })), ...problems(ERRORS) },
    },
    handler: async (_request, reply) => {
      const signal = callerSignal(reply, closing);
      return { items: await untilClosing(snapshots.recoverable({ signal }), closing) };
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/recover',
    schema: {
      operationId: 'recoverSessions',
      summary: 'Bring sessions back from the vault',
      description:
        'Asks for `originRetired: true`, the word of a person that the machine they ran on never runs them again: two ' +
        `machines with one login take it from each other. What fails of one session does not stop the others. ${LONG_CALL}`,
      tags,
      querystring: noQuery,
      headers: longCallHeaders,
      body: recoverSessions.nullish(),
      response: {
        200: json('How each came back, or why not', recovered),
        ...accepted,
        ...problems([...ERRORS, ...BODY_ERRORS, 'invalid_session_name', 'session_not_found', 'origin_not_retired']),
      },
    },
    handler: (request, reply) => {
      const wanted = request.body ?? recoverSessions.parse({});
      return answerLongCall(context, request, reply, {
        kind: 'recover',
        session: null,
        run: (call) => snapshots.recover(wanted, call),
      });
    },
  });
}
