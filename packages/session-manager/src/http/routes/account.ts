import { HELD_BACK_REASONS, session, settleAccount } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, problems, SESSION_ERRORS, START_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { sessionParams, waitSeconds } from '../inputs.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

/** `/v1/sessions/{s}/account`: a person's word about an account that is not the session's own. */
export function accountRoutes(app: HttpApp, { sessions, closing }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/account',
    schema: {
      operationId: 'settleAccount',
      summary: 'Settle WRONG_ACCOUNT: keep the account that is linked, or remove its link',
      description:
        '`{"accept":true}`: the session belongs to this account from now on, and what came in meanwhile is told. ' +
        '`{"unlink":true}`: the link is removed at WhatsApp, its profile goes to trash, and a new QR is shown.',
      tags: ['sessions'],
      params: sessionParams,
      querystring: z.strictObject({ wait: waitSeconds }),
      body: settleAccount,
      response: {
        202: json('The session', session),
        ...problems([
          ...SESSION_ERRORS,
          ...BODY_ERRORS,
          ...START_ERRORS,
          ...HELD_BACK_REASONS,
          'session_unclaimed',
          'unprocessable',
        ]),
      },
    },
    handler: async (request, reply) => {
      const name = request.params.session;
      const now = await sessions.settleAccount(name, request.body);
      const waitMs = request.query.wait * 1000;
      if (waitMs === 0) return reply.code(202).send(now);
      const signal = callerSignal(reply, closing);
      return reply.code(202).send(await untilClosing(sessions.settled(name, waitMs, signal), closing));
    },
  });
}
