import { recentFiles, storageReport, trimReport } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, problems, SESSION_ERRORS, START_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { limit, noBody, noQuery, queryBoolean, queryInteger, sessionParams } from '../inputs.ts';
import { accepted, answerLongCall, LONG_CALL, longCallHeaders } from '../long-call.ts';

const tags = ['storage'];

/** Ten years: whoever wants more wants everything. */
const MOST_HOURS = 87_600;

/** `/v1/sessions/{s}/storage`: what the profile weighs, what changed in it, and making it smaller. */
export function storageRoutes(app: HttpApp, context: RouteContext): void {
  const { storage } = context;

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/storage',
    schema: {
      operationId: 'getStorage',
      summary: 'What the profile weighs, by class and folder; measured now, files are looked at and not read',
      description: '`growthBytesPerDay` is null until there is an hour of measurements to judge by.',
      tags,
      params: sessionParams,
      querystring: noQuery,
      response: { 200: json('What it weighs', storageReport), ...problems(SESSION_ERRORS) },
    },
    handler: (request) => storage.storage(request.params.session),
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/storage/recent',
    schema: {
      operationId: 'listRecentFiles',
      summary: 'Files of the profile that were changed lately, newest first',
      tags,
      params: sessionParams,
      querystring: z.strictObject({
        hours: queryInteger(1, MOST_HOURS).default(24).describe('How far back; 24 unless told otherwise'),
        limit: limit(1000),
      }),
      response: { 200: json('The files', recentFiles), ...problems(SESSION_ERRORS) },
    },
    handler: (request) => storage.recent(request.params.session, request.query),
  });

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/storage/trim',
    schema: {
      operationId: 'trimStorage',
      summary: 'Delete what is optional and temporary; login and messages stay',
      description: `Cached media that the phone does not have any more is gone for good; the next start compiles WhatsApp's script anew, about a second of processor time. What no rule of LeadMaster knows stays. ${LONG_CALL}`,
      tags,
      params: sessionParams,
      querystring: z.strictObject({
        restart: queryBoolean.default(false).describe('Stop a running session first, and start it afterwards'),
      }),
      headers: longCallHeaders,
      body: noBody,
      response: {
        200: json('What went, and what is left', trimReport),
        ...accepted,
        ...problems([...SESSION_ERRORS, ...START_ERRORS, ...BODY_ERRORS, 'session_running']),
      },
    },
    handler: (request, reply) => {
      const name = request.params.session;
      const { restart } = request.query;
      return answerLongCall(context, request, reply, {
        kind: 'trim',
        session: name,
        run: (call) => storage.trim(name, { ...call, restart }),
      });
    },
  });
}
