import {
  createSnapshot,
  HELD_BACK_REASONS,
  pruneReport,
  restoreSnapshot,
  session,
  snapshot,
  snapshotDetail,
  snapshotList,
  verifyReport,
  verifySnapshot,
} from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, nothing, problems, SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noBody, noQuery, queryBoolean, sessionParams } from '../inputs.ts';
import { accepted, answerLongCall, LONG_CALL, longCallHeaders } from '../long-call.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const tags = ['snapshots'];

const params = sessionParams.extend({ snapshot: z.string().regex(/^[\w-]{1,128}$/, 'the id of a snapshot') });

const READ_ERRORS = [...SESSION_ERRORS, ...VAULT_ERRORS] as const;
const WRITE_ERRORS = [...READ_ERRORS, ...BODY_ERRORS, 'store_full'] as const;
const TAKE_ERRORS = [
  'session_unclaimed',
  'wrong_state',
  'nothing_to_snapshot',
  ...HELD_BACK_REASONS,
  'wrong_account',
  'capture_failed',
  'profile_in_use',
  'snapshot_too_large',
  'timeout',
] as const;
const DRILL_ERRORS = ['browser_missing', 'browser_failed', 'browser_not_gone', 'engine_failed', 'timeout'] as const;
const RESTORE_ERRORS = [
  'snapshot_not_found',
  'snapshot_damaged',
  'snapshot_unsafe',
  'session_running',
  'session_moved',
  'newer_login',
  'other_account',
] as const;

/** `/v1/sessions/{s}/snapshots`: take, list, look at, remove and prune them. */
export function snapshotRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots, closing } = context;

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/snapshots',
    schema: {
      operationId: 'createSnapshot',
      summary: 'Take a snapshot; the session runs on',
      description: `201 once it is durable. Behind one that is being taken it waits its turn. ${LONG_CALL}`,
      tags,
      params: sessionParams,
      querystring: noQuery,
      headers: longCallHeaders,
      body: createSnapshot.nullish(),
      response: { 201: json('The snapshot', snapshot), ...accepted, ...problems([...WRITE_ERRORS, ...TAKE_ERRORS]) },
    },
    handler: (request, reply) => {
      const name = request.params.session;
      const kind = request.body?.kind;
      return answerLongCall(context, request, reply, {
        kind: 'snapshot',
        session: name,
        run: (call) =>
          snapshots.create(name, { ...call, reason: 'requested', ...(kind === undefined ? {} : { kind }) }),
        status: 201,
        location: ({ id }) => `/v1/sessions/${name}/snapshots/${id}`,
      });
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/snapshots',
    schema: {
      operationId: 'listSnapshots',
      summary: 'Snapshots of a session, newest first; also of one that was deleted',
      tags,
      params: sessionParams,
      querystring: noQuery,
      response: {
        200: json('The snapshots, and what is wrong with their records', snapshotList),
        ...problems(READ_ERRORS),
      },
    },
    handler: (request, reply) => {
      const signal = callerSignal(reply, closing);
      return untilClosing(snapshots.list(request.params.session, { signal }), closing);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/snapshots/:snapshot',
    schema: {
      operationId: 'getSnapshot',
      summary: 'One snapshot and what is in it',
      tags,
      params,
      querystring: noQuery,
      response: {
        200: json('The snapshot', snapshotDetail),
        ...problems([...READ_ERRORS, 'snapshot_not_found', 'snapshot_damaged']),
      },
    },
    handler: (request, reply) => {
      const signal = callerSignal(reply, closing);
      return untilClosing(snapshots.get(request.params.session, request.params.snapshot, { signal }), closing);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/v1/sessions/:session/snapshots/:snapshot',
    schema: {
      operationId: 'deleteSnapshot',
      summary: 'Take a snapshot out of the history; its bytes go with the next prune',
      tags,
      params,
      querystring: noQuery,
      body: noBody,
      response: { 204: nothing('Removed'), ...problems([...WRITE_ERRORS, 'snapshot_not_found']) },
    },
    handler: async (request, reply) => {
      await snapshots.delete(request.params.session, request.params.snapshot, { signal: closing });
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/snapshots/prune',
    schema: {
      operationId: 'pruneSnapshots',
      summary: 'Apply the retention to a session, and free what no snapshot needs',
      description: LONG_CALL,
      tags,
      params: sessionParams,
      querystring: noQuery,
      headers: longCallHeaders,
      body: noBody,
      response: { 200: json('What went', pruneReport), ...accepted, ...problems(WRITE_ERRORS) },
    },
    handler: (request, reply) => {
      const name = request.params.session;
      return answerLongCall(context, request, reply, {
        kind: 'prune',
        session: name,
        run: async (call) => (await snapshots.prune(name, call))[0] ?? nothingPruned(name),
      });
    },
  });
}

/** `/v1/sessions/{s}/snapshots/accept`: the way on after an older copy of the vault was put back. */
export function acceptRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots } = context;

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/snapshots/accept',
    schema: {
      operationId: 'acceptRollback',
      summary: 'Say that an older copy of the vault was put back on purpose',
      description:
        'While the vault is older than it was (`rolled_back` among the problems of the list), nothing is written for the ' +
        `session: \`vault_rolled_back\`. After this its history goes on from what there is. ${LONG_CALL}`,
      tags,
      params: sessionParams,
      querystring: noQuery,
      headers: longCallHeaders,
      body: noBody,
      response: { 200: json('What there is', snapshotList), ...accepted, ...problems(WRITE_ERRORS) },
    },
    handler: (request, reply) => {
      const name = request.params.session;
      return answerLongCall(context, request, reply, {
        kind: 'accept',
        session: name,
        run: (call) => snapshots.accept(name, call),
      });
    },
  });
}

/** `/v1/sessions/{s}/snapshots/{id}/verify` and `/restore`: whether it is good, and back to it. */
export function restoreRoutes(app: HttpApp, context: RouteContext): void {
  const { snapshots } = context;

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/snapshots/:snapshot/verify',
    schema: {
      operationId: 'verifySnapshot',
      summary: 'Read every byte that a snapshot needs; with `drill` also boot a copy, without any network',
      description: `Damage is an answer, \`ok: false\`. ${LONG_CALL}`,
      tags,
      params,
      querystring: noQuery,
      headers: longCallHeaders,
      body: verifySnapshot.nullish(),
      response: {
        200: json('What was found', verifyReport),
        ...accepted,
        ...problems([...WRITE_ERRORS, ...DRILL_ERRORS, 'snapshot_not_found', 'snapshot_unsafe']),
      },
    },
    handler: (request, reply) => {
      const { session: name, snapshot: id } = request.params;
      const drill = request.body?.drill ?? false;
      return answerLongCall(context, request, reply, {
        kind: 'verify',
        session: name,
        run: (call) => snapshots.verify(name, id, { ...call, drill }),
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/snapshots/:snapshot/restore',
    schema: {
      operationId: 'restoreSnapshot',
      summary: 'Put a snapshot in the place of the profile; the old profile goes to trash',
      description: `A restore that fails leaves everything as it was. ${LONG_CALL}`,
      tags,
      params,
      querystring: z.strictObject({
        restart: queryBoolean.default(false).describe('Stop a running session first, and start it afterwards'),
      }),
      headers: longCallHeaders,
      body: restoreSnapshot.nullish(),
      response: {
        200: json('The session', session),
        ...accepted,
        ...problems([...WRITE_ERRORS, ...RESTORE_ERRORS, ...START_ERRORS]),
      },
    },
    handler: (request, reply) => {
      const { session: name, snapshot: id } = request.params;
      const asked = { start: false, overwriteNewer: false, ...request.body, restart: request.query.restart };
      return answerLongCall(context, request, reply, {
        kind: 'restore',
        session: name,
        run: (call) => snapshots.restore(name, id, { ...call, ...asked }),
      });
    },
  });
}

function nothingPruned(name: string): z.infer<typeof pruneReport> {
  return { session: name, forgotten: [], deletedPacks: 0, rewrittenPacks: 0, freedBytes: 0 };
}
