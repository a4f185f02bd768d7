import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { LeadMasterError, retireSession, session } from '@leadmaster/protocol';
import { z } from 'zod';
import { BODY_ERRORS, json, problems, SESSION_ERRORS, START_ERRORS, VAULT_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, queryBoolean, sessionParams } from '../inputs.ts';
import { PASSPHRASE_HEADER, passphraseHeaders, readPassphrase } from '../passphrase.ts';
import { callerSignal, untilClosing } from '../waiting.ts';

const tags = ['snapshots'];
const BYTES = 'application/octet-stream';

const params = sessionParams.extend({ snapshot: z.string().regex(/^[\w-]{1,128}$/, 'the id of a snapshot') });
const stream = z.unknown().meta({ type: 'string', contentMediaType: BYTES });

/** Whoever sends or takes nothing for so long is gone. */
const SILENCE_MS = 60_000;
/** How long the rest of a refused file is taken. */
const DRAIN_MS = 10_000;

const IMPORT_ERRORS = [
  'passphrase_refused',
  'passphrase_wrong',
  'session_exists',
  'session_running',
  'session_moved',
  'session_unclaimed',
  'newer_login',
  'other_account',
  'snapshot_damaged',
  'snapshot_unsafe',
  'snapshot_too_large',
  'store_full',
] as const;

/** `…/export`, `…/import`, `…/retire`: a session as one encrypted file, out, in, and given up where it was. */
export function portableRoutes(app: HttpApp, context: RouteContext): void {
  exportRoute(app, context);
  retireRoute(app, context);
  // In a scope of its own: a body of bytes is read here, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, (_request, payload, done) => done(null, payload));
    importRoute(scope as unknown as HttpApp, context);
  });
}

function exportRoute(app: HttpApp, { snapshots, closing }: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/sessions/:session/snapshots/:snapshot/export',
    schema: {
      operationId: 'exportSnapshot',
      summary: 'A snapshot as one file that a passphrase opens',
      description:
        'The file is whole only if the answer is: one that breaks off is refused by an import. `X-Snapshot-Bytes` is the size ' +
        'of what is in it; the file itself is usually smaller.',
      tags,
      params,
      querystring: noQuery,
      headers: passphraseHeaders,
      response: {
        200: { description: 'The file', content: { [BYTES]: { schema: stream } } },
        ...problems([
          ...SESSION_ERRORS,
          ...VAULT_ERRORS,
          'snapshot_not_found',
          'snapshot_damaged',
          'passphrase_refused',
        ]),
      },
    },
    handler: async (request, reply) => {
      const passphrase = readPassphrase(request.headers[PASSPHRASE_HEADER]);
      const { session: name, snapshot: id } = request.params;
      const signal = callerSignal(reply, closing);
      const { snapshot, bytes } = await untilClosing(snapshots.export(name, id, { passphrase, signal }), closing);
      reply.raw.setTimeout(SILENCE_MS);
      return reply
        .type(BYTES)
        .header('content-disposition', `attachment; filename="${name}-${snapshot.id}.lmx"`)
        .header('x-snapshot-bytes', String(snapshot.bytes))
        .send(Readable.from(bytes, { objectMode: false }));
    },
  });
}

function importRoute(app: HttpApp, { snapshots, closing }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/import',
    config: { upload: true },
    schema: {
      operationId: 'importSession',
      summary: 'Make a session of an exported file',
      description:
        'It goes into the history of the session and into its place, STOPPED. It starts only once `originRetired` was said, here or ' +
        'with a start. A file that is damaged, or breaks off, changes nothing.',
      tags,
      params: sessionParams,
      querystring: z.strictObject({
        originRetired: queryBoolean
          .default(false)
          .describe('A person says that the place it comes from never runs it again'),
        replace: queryBoolean.default(false).describe('Put it in the place of a stopped session of that name'),
        overwriteNewer: queryBoolean.default(false).describe('Also where the login in place is newer'),
        otherAccount: queryBoolean.default(false).describe('Also where it is of another account than the session here'),
        start: queryBoolean.default(false),
      }),
      headers: passphraseHeaders,
      consumes: [BYTES],
      body: stream,
      response: {
        201: json('The session', session),
        ...problems([
          ...SESSION_ERRORS,
          ...VAULT_ERRORS,
          ...BODY_ERRORS,
          ...START_ERRORS,
          ...IMPORT_ERRORS,
          'origin_not_retired',
        ]),
      },
    },
    handler: async (request, reply) => {
      const passphrase = readPassphrase(request.headers[PASSPHRASE_HEADER]);
      const body: unknown = request.body;
      if (!(body instanceof Readable)) throw noFile();
      const { session: name } = request.params;
      const size = Number(request.headers['content-length']);
      reply.raw.setTimeout(SILENCE_MS);
      // Silence is no sign of death once the file has come: it is being put in place.
      body.once('end', () => reply.raw.setTimeout(0));
      const wanted = {
        ...request.query,
        passphrase,
        signal: callerSignal(reply, closing),
        ...(Number.isSafeInteger(size) && size > 0 ? { sizeBytes: size } : {}),
      };
      const made = await snapshots.import(name, piecesOf(body), wanted).catch((error: unknown) => {
        throw afterFailure(error, request.raw);
      });
      return reply.code(201).header('location', `/v1/sessions/${name}`).send(made);
    },
  });
}

/** The body as it comes. Whoever stops reading early has not ended the connection: an answer goes out on it. */
function piecesOf(body: Readable): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

/** Lets the rest of a file run into nothing for a moment, so that its sender comes to read the answer. */
function afterFailure(error: unknown, raw: IncomingMessage): unknown {
  if (raw.complete) return error;
  if (raw.destroyed) return new LeadMasterError('invalid_request', 'The file did not arrive whole.', 'Send it again.');
  raw.resume();
  const late = setTimeout(() => raw.destroy(), DRAIN_MS);
  late.unref();
  raw.once('close', () => clearTimeout(late));
  return error;
}

function retireRoute(app: HttpApp, { snapshots }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/:session/retire',
    schema: {
      operationId: 'retireSession',
      summary: 'Give a stopped session up here: its login goes on elsewhere, from that snapshot',
      description:
        'Refused when the session was used after the snapshot was taken. The profile goes to trash, and nothing of this generation starts here again.',
      tags,
      params: sessionParams,
      querystring: noQuery,
      body: retireSession,
      response: {
        200: json('The session, MOVED', session),
        ...problems([
          ...SESSION_ERRORS,
          ...VAULT_ERRORS,
          ...BODY_ERRORS,
          'session_unclaimed',
          'session_running',
          'wrong_account',
          'session_moved',
          'wrong_state',
          'newer_login',
          'snapshot_not_found',
        ]),
      },
    },
    handler: (request) => snapshots.retire(request.params.session, request.body.snapshot),
  });
}

function noFile(): LeadMasterError {
  return new LeadMasterError(
    'unsupported_media_type',
    'The request brings no file.',
    `Send the exported file as the body, with "Content-Type: ${BYTES}".`,
  );
}
