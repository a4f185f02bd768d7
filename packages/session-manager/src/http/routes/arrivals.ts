import {
  arrivingTransfer,
  LeadMasterError,
  missingAnswer,
  missingQuestion,
  pieceAnswer,
  pieceParams,
  prepareTransfer,
  sealTransfer,
  TRANSFER_PIECE,
  transferId,
} from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, nothing, problems, START_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noBody, noQuery, queryInteger } from '../inputs.ts';
import { untilClosing } from '../waiting.ts';

const tags = ['transfers'];
const BYTES = 'application/octet-stream';

/** A little more than a piece, so that one that is too long is told as such. */
const PIECE_LIMIT = TRANSFER_PIECE + 65_536;
/** The manifest of a profile of some hundred thousand files. */
const SEAL_LIMIT = 64 * 2 ** 20;
/** How long they may take to arrive on a slow line. */
const PIECE_MS = 60_000;
const SEAL_MS = 180_000;

const params = z.strictObject({ transfer: transferId });
const KNOWN = ['transfer_not_found', 'wrong_state', 'storage_failed'] as const;

/** `/v1/transfers`: what another manager asks of this one while a session comes here. Every step may be repeated. */
export function arrivalRoutes(app: HttpApp, context: RouteContext): void {
  prepareRoute(app, context);
  lookRoutes(app, context);
  // In a scope of its own: a body of bytes is read here, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    pieceRoute(scope as unknown as HttpApp, context);
  });
  sealRoute(app, context);
  endRoutes(app, context);
}

function prepareRoute(app: HttpApp, { arrivals, closing }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/transfers',
    schema: {
      operationId: 'prepareTransfer',
      summary: 'Between managers: a session is about to come here',
      description:
        'Refused where the name is taken, the browser is older, there is no room, or what comes is older than what left.',
      tags,
      querystring: noQuery,
      body: prepareTransfer,
      response: {
        201: json('How far it has come', arrivingTransfer),
        ...problems([
          ...BODY_ERRORS,
          ...KNOWN,
          'invalid_session_name',
          'session_exists',
          'session_unclaimed',
          'session_moved',
          'profile_unreadable',
          'unprocessable',
          'browser_too_old',
          'browser_missing',
          'browser_failed',
        ]),
      },
    },
    handler: async (request, reply) => {
      const prepared = await untilClosing(arrivals.prepare(request.body), closing);
      return reply.code(201).header('location', `/v1/transfers/${prepared.id}`).send(prepared);
    },
  });
}

function lookRoutes(app: HttpApp, { arrivals, closing }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/transfers/:transfer',
    schema: {
      operationId: 'getTransfer',
      summary: 'Between managers: how far a session has come on its way here',
      tags,
      params,
      querystring: noQuery,
      response: { 200: json('How far it has come', arrivingTransfer), ...problems(['transfer_not_found']) },
    },
    handler: async (request) => arrivals.get(request.params.transfer),
  });
  app.route({
    method: 'POST',
    url: '/v1/transfers/:transfer/missing',
    schema: {
      operationId: 'missingOfTransfer',
      summary: 'Between managers: which of these files are not here yet',
      tags,
      params,
      querystring: noQuery,
      body: missingQuestion,
      response: { 200: json('Those that are to be sent', missingAnswer), ...problems([...BODY_ERRORS, ...KNOWN]) },
    },
    handler: async (request) => ({
      missing: await untilClosing(arrivals.missing(request.params.transfer, request.body.hashes), closing),
    }),
  });
}

function pieceRoute(app: HttpApp, { arrivals, closing }: RouteContext): void {
  app.route({
    method: 'PUT',
    url: '/v1/transfers/:transfer/blobs/:sha256',
    bodyLimit: PIECE_LIMIT,
    config: { bodyMs: PIECE_MS },
    schema: {
      operationId: 'sendPiece',
      summary: 'Between managers: one piece of a file',
      description:
        'At most 4 MiB, in order. The answer says how many bytes of the file are here; a piece that does not follow them changes nothing.',
      tags,
      params: pieceParams,
      querystring: z.strictObject({
        offset: queryInteger(0, Number.MAX_SAFE_INTEGER).describe('Where the piece begins in the file'),
        size: queryInteger(0, Number.MAX_SAFE_INTEGER).describe('Of the whole file'),
      }),
      consumes: [BYTES],
      body: z.unknown().meta({ type: 'string', contentMediaType: BYTES }),
      response: {
        200: json('How much of it is here', pieceAnswer),
        ...problems([...BODY_ERRORS, ...KNOWN, 'transfer_incomplete']),
      },
    },
    handler: async (request) => {
      const { transfer, sha256 } = request.params;
      const bytes: unknown = request.body;
      if (!Buffer.isBuffer(bytes)) throw noPiece();
      const received = arrivals.receive(transfer, { ...request.query, sha256, bytes });
      return { received: await untilClosing(received, closing) };
    },
  });
}

function sealRoute(app: HttpApp, { arrivals, closing }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/transfers/:transfer/seal',
    bodyLimit: SEAL_LIMIT,
    config: { bodyMs: SEAL_MS },
    schema: {
      operationId: 'sealTransfer',
      summary: 'Between managers: all of it is here; put it together and prove it',
      description: 'Durable when it is answered. The session still belongs to the manager that it comes from.',
      tags,
      params,
      querystring: noQuery,
      body: sealTransfer,
      response: {
        200: json('How far it has come', arrivingTransfer),
        ...problems([
          ...BODY_ERRORS,
          ...KNOWN,
          'session_exists',
          'session_unclaimed',
          'transfer_incomplete',
          'snapshot_unsafe',
        ]),
      },
    },
    handler: (request) => untilClosing(arrivals.seal(request.params.transfer, request.body, closing), closing),
  });
}

function endRoutes(app: HttpApp, { arrivals, closing }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/transfers/:transfer/commit',
    schema: {
      operationId: 'commitTransfer',
      summary: 'Between managers: the other one has let go; the session belongs here from now on',
      tags,
      params,
      querystring: noQuery,
      body: noBody,
      response: {
        200: json('How far it has come', arrivingTransfer),
        ...problems([
          ...BODY_ERRORS,
          ...KNOWN,
          ...START_ERRORS,
          'session_exists',
          'place_changed',
          'session_running',
          'profile_unreadable',
        ]),
      },
    },
    handler: (request) => untilClosing(arrivals.commit(request.params.transfer), closing),
  });
  app.route({
    method: 'DELETE',
    url: '/v1/transfers/:transfer',
    schema: {
      operationId: 'abortTransfer',
      summary: 'Between managers: give up, for good, what has not been committed',
      tags,
      params,
      querystring: noQuery,
      response: {
        204: nothing('It is given up'),
        ...problems([...KNOWN, 'transfer_committed', 'profile_unreadable']),
      },
    },
    handler: async (request, reply) => {
      await untilClosing(arrivals.abort(request.params.transfer), closing);
      return reply.code(204).send();
    },
  });
}

function noPiece(): LeadMasterError {
  return new LeadMasterError(
    'unsupported_media_type',
    'The request brings no piece of a file.',
    `Send its bytes as the body, with "Content-Type: ${BYTES}".`,
  );
}
