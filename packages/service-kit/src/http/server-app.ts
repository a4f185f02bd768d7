import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LeadMasterError } from '@leadmaster/protocol';
import fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { logRequests } from './access-log.ts';
import type { HttpApp } from './app.ts';
import { limitBodies } from './body-deadline.ts';
import { BODY_LIMIT, readJsonBodies } from './json-body.ts';
import { lastWord } from './last-word.ts';
import { handleUnknown } from './not-found.ts';
import { type ApiDescription, describeApi } from './openapi.ts';
import { Operations } from './operations.ts';
import { rawProblem, sendProblem } from './problems.ts';
import { shuttingDown } from './waiting.ts';

/**
 * Longer than the longest wait of a long poll (600 s), so that a silent connection is cut only when it is dead. Long calls
 * lift it while they work.
 */
const SOCKET_IDLE_MS = 630_000;

/** Longer than the pools of common clients keep a socket (90 s): who sends on one that we close at that moment has lost a POST. */
const KEEP_ALIVE_MS = 120_000;

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Sent with every answer. The pages of /docs bring a policy of their own. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** The intervals of every service, in milliseconds. */
export interface AppTiming {
  /** For a request to arrive as a whole; answers may take longer. */
  requestMs: number;
  /** Between two signs of life on an event stream. */
  heartbeatMs: number;
  /** The shortest time between two revisions of an operation that tell of progress alone. */
  progressMs: number;
  /** How long the end of the server waits for long calls that it has told to end. */
  operationEndMs: number;
}

export const APP_TIMING: AppTiming = {
  requestMs: 30_000,
  heartbeatMs: 15_000,
  progressMs: 200,
  operationEndMs: 15_000,
};

export interface HttpAppOptions {
  log: Logger;
  metrics: Registry;
  api: ApiDescription;
  /** Throws for a request that may not be answered. Runs before anything else of the request is read. */
  authenticate: (request: FastifyRequest) => void | Promise<void>;
  timing: AppTiming;
  /** Addresses of proxies in front: from them alone `X-Forwarded-For` says who calls. */
  trustedProxies?: readonly string[];
}

/** What the routes of every service get. */
export interface AppContext {
  operations: Operations;
  /** Aborts when the server begins to close. */
  closing: AbortSignal;
}

/**
 * The HTTP side of a service, without its routes. Every error is problem+json, the key is asked for before anything else of a
 * request is read, and a close ends streams and long polls at once and long work in order. The caller adds routes, awaits
 * `ready()` and listens.
 */
export async function createHttpApp(options: HttpAppOptions): Promise<{ app: HttpApp; context: AppContext }> {
  const { log, timing, authenticate } = options;
  const closing = new AbortController();
  const operations = new Operations({ log, progressMs: timing.progressMs, closeMs: timing.operationEndMs });
  const app = newApp(options);
  app.server.on('checkExpectation', refuseExpectation);
  app.setValidatorCompiler(validatorCompiler);
  // Answers are typed by their schemas when compiled and held against them by the tests; checking each again at run
  // time would turn a slip in one field into no answer at all.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendProblem);
  readJsonBodies(app);
  admitRequests(app, authenticate, closing.signal);
  app.addHook('preClose', async () => {
    closing.abort(shuttingDown());
    await operations.close();
  });
  limitBodies(app, timing.requestMs);
  logRequests(app, options.metrics);
  handleUnknown(app);
  await describeApi(app, options.api);
  return { app, context: { operations, closing: closing.signal } };
}

/** The server with its limits, without a route. */
function newApp({ log, timing, trustedProxies, authenticate }: HttpAppOptions): HttpApp {
  const onFrameworkError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    void (async () => authenticate(request))().then(
      () => sendProblem(error, request, reply),
      (refusal: unknown) => sendProblem(refusal, request, reply),
    );
  };
  return fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: BODY_LIMIT,
    trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    connectionTimeout: SOCKET_IDLE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    rewriteUrl: ({ url = '/' }) => plainPath(url),
    // Bodies have their limit in `limitBodies`: Node's own would end uploads, too.
    requestTimeout: 0,
    // Our own answer to requests that come while closing is problem+json.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    // Long names reach the rule that refuses them; longer ones are refused by the limit on headers.
    routerOptions: { maxParamLength: 8192 },
    // A missing Host is refused by `requireOneHost`, in our own words.
    http: { headersTimeout: timing.requestMs, maxHeaderSize: 16_384, requireHostHeader: false },
    frameworkErrors: onFrameworkError,
    clientErrorHandler: answerBrokenRequest,
  });
}

function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const text = rawProblem(
    'invalid_request',
    417,
    'The Expect header asks for what is not offered here.',
    'Send the request without it.',
  );
  if (response.socket !== null) lastWord(response.socket, text);
}

/** Nothing is read of a request before its Host and its key are right, nor of any once the app closes. */
function admitRequests(app: HttpApp, authenticate: HttpAppOptions['authenticate'], closing: AbortSignal): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    if (closing.aborted) {
      reply.header('connection', 'close');
      throw shuttingDown();
    }
    requireOneHost(request);
    await authenticate(request);
  });
  app.addHook('onSend', async ({ raw }, reply) => {
    if (closing.aborted) reply.header('connection', 'close');
    // A close while a body still comes resets the connection, and loses this answer: the rest is read, within its time.
    else if (!raw.complete) reply.removeHeader('connection');
  });
}

/** Of two Hosts a proxy may have gone by the other one (RFC 9112, 3.2). */
function requireOneHost({ raw }: FastifyRequest): void {
  const hosts = raw.rawHeaders.filter((word, at) => at % 2 === 0 && word.toLowerCase() === 'host').length;
  if (hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')) return;
  const what = hosts === 0 ? 'no Host header' : `${hosts} Host headers`;
  throw new LeadMasterError('invalid_request', `The request has ${what}.`, 'Send exactly one, as HTTP/1.1 asks.');
}

/** A slash too many, as it comes of an address that ends in one, names the same thing. The pages of /docs have theirs. */
function plainPath(url: string): string {
  const [path = '', ...query] = url.split('?');
  if (!path.startsWith('/') || path.startsWith('/docs')) return url;
  const plain = path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  return [plain, ...query].join('?');
}

/** Answers bytes that are no HTTP request, where the connection still takes an answer. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // After an answer has gone out, another one would be read as belonging to a request that was never made.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [status, detail, hint] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'The headers are too large.', 'Send at most 16 kB of headers.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'The request did not arrive in time.', 'Send the whole request at once.']
        : [400, 'This is not a valid HTTP request.', 'Send HTTP/1.1 as RFC 9112 has it.'];
  lastWord(socket, rawProblem('invalid_request', Number(status), String(detail), String(hint)));
}
