import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { BYTES, LeadMasterError, PASSPHRASE_HEADER, ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve, untilClosing } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';
import { readPassphrase } from '../passphrase.ts';

/** A client that sends or takes nothing for so long is gone. */
const SILENCE_MS = 60_000;
/** How long the rest of a refused file is taken. */
const DRAIN_MS = 10_000;

/** `…/export`, `…/import`, `…/retire`: a session as one encrypted file, out, in, and given up where it was. */
export function portableRoutes(app: HttpApp, context: RouteContext): void {
  exportRoute(app, context);
  retireRoute(app, context);
  // In a scope of its own: a body of bytes is read here, and nowhere else.
  void app.register(async (scope) => {
    scope.addContentTypeParser(BYTES, (_request, payload, done) => done(null, payload));
    importRoute(scope, context);
  });
}

function exportRoute(app: HttpApp, { snapshots, closing }: RouteContext): void {
  serve(app, ROUTES.exportSnapshot, async (request, reply) => {
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
  });
}

function importRoute(app: HttpApp, { snapshots, closing }: RouteContext): void {
  serve(app, ROUTES.importSession, async (request, reply) => {
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
    reply.header('location', `/v1/sessions/${name}`);
    return made;
  });
}

/** The body as it comes. A handler that stops reading early does not end the connection: an answer goes out on it. */
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
  serve(app, ROUTES.retireSession, (request) => snapshots.retire(request.params.session, request.body.snapshot));
}

function noFile(): LeadMasterError {
  return new LeadMasterError(
    'unsupported_media_type',
    'The request brings no file.',
    `Send the exported file as the body, with "Content-Type: ${BYTES}".`,
  );
}
