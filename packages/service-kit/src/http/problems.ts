import { ERRORS, type ErrorCode, errorText, LeadMasterError, SESSION_NAME_RULE, sentence } from '@leadmaster/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Codes of Fastify and Node for requests that are wrong in a way of their own. */
const REQUEST_FAULTS: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'Send at most 1 MB, or what the description of the route allows.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as "Content-Type: TYPE".'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'Send the body as "Content-Type: TYPE".'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'Send a Content-Length that fits the body.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'Send a body that is valid JSON in UTF-8.'],
  FST_ERR_BAD_URL: ['invalid_request', 'Encode the path as percent-encoded UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_session_name', `Choose another: ${SESSION_NAME_RULE}.`],
};

/** One field that is wrong, in the `errors` member of a problem. */
export interface FieldError {
  in: string;
  path: string;
  message: string;
}

/**
 * Turns any error of a request into an error of the product; `internal` when it was our own fault. `takes`: the
 * type of the body that its route reads.
 */
export function asProductError(error: unknown, takes = 'application/json'): LeadMasterError {
  if (error instanceof LeadMasterError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return invalidFields(error);
  const { code = '', statusCode } = (typeof error === 'object' && error !== null ? error : {}) as Partial<FastifyError>;
  const fault = REQUEST_FAULTS[code];
  if (fault !== undefined) {
    const [told, hint] = fault;
    return new LeadMasterError(told, sentence(errorText(error)), hint.replace('TYPE', takes), { cause: error });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new LeadMasterError(
      statusCode === 404 ? 'not_found' : 'invalid_request',
      sentence(errorText(error)),
      'See /docs for what may be asked here.',
      { cause: error },
    );
  }
  return new LeadMasterError(
    'internal',
    'The request could not be answered because of a fault in LeadMaster.',
    'Look for the request id in the log of the service, and report what stands there.',
    { cause: error },
  );
}

type Validated = FastifyError & { validationContext?: string };

function invalidFields(error: Validated): LeadMasterError {
  const place = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body');
  const errors = (error.validation ?? []).map(
    (issue): FieldError => ({
      in: place,
      path: issue.instancePath.slice(1).replaceAll('/', '.'),
      message: issue.message ?? 'not valid',
    }),
  );
  const detail = errors.map((e) => `${[e.in, e.path].filter((p) => p !== '').join('.')}: ${e.message}`).join('; ');
  const named = errors.every((e) => e.message === SESSION_NAME_RULE);
  return named
    ? new LeadMasterError('invalid_session_name', detail, `Choose another: ${SESSION_NAME_RULE}.`, {
        extra: { errors },
      })
    : new LeadMasterError('invalid_request', detail, 'Correct what is listed in "errors"; see /docs for the rules.', {
        extra: { errors },
      });
}

/** The error body of the routes for LeadMaster's older services: each of those looks at another field. */
export function compatProblem(code: string, message: string, hint?: string) {
  return { success: false as const, error: message, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The body of an error in the form of its route. */
function bodyOf(told: LeadMasterError, isCompat: boolean): { type: string; body: object } {
  if (!isCompat) return { type: PROBLEM_TYPE, body: told.toProblem() };
  const body = compatProblem(told.code.toUpperCase(), told.message, told.hint);
  if (told.code !== 'unauthorized') return { type: 'application/json; charset=utf-8', body };
  return { type: PROBLEM_TYPE, body: { success: false, error: told.message, ...told.toProblem() } };
}

/** Logs what went wrong through no fault of the caller, with the request's id; says it as an error of the product. */
export function logFault(error: unknown, request: FastifyRequest, facts: object = {}): LeadMasterError {
  const { consumes } = (request.routeOptions.schema ?? {}) as { consumes?: readonly string[] };
  const told = asProductError(error, consumes?.[0]);
  if (wasLeft(error, request)) request.log.info('the caller hung up before its answer');
  else if (told.status >= 500) {
    const level = told.code === 'internal' ? 'error' : 'warn';
    const route = request.routeOptions.url;
    request.log[level]({ err: told.cause ?? told, code: told.code, route, ...facts }, 'request failed');
  }
  return told;
}

/** Work that ended because its caller hung up, which is not a fault. */
function wasLeft(error: unknown, { raw }: FastifyRequest): boolean {
  return raw.socket.destroyed && error instanceof Error && error.name === 'AbortError';
}

/** Answers a request with its error. Our own faults are logged and told without their cause. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = logFault(error, request);
  reply.code(told.status);
  if (told.code === 'unauthorized') reply.header('www-authenticate', 'Bearer realm="LeadMaster"');
  if (told.code === 'rate_limited') reply.header('retry-after', String(told.extra.retryAfter ?? 1));
  if (told.code === 'shutting_down' || told.code === 'not_ready') reply.header('retry-after', '5');
  const { type, body } = bodyOf(told, request.routeOptions.config?.compat === true);
  // Serialized here, so that no serializer meant for a route's good answer touches it.
  return reply.type(type).send(JSON.stringify(body));
}

/** The same body for faults so early that there is no request yet: a raw HTTP response. */
export function rawProblem(code: ErrorCode, status: number, detail: string, hint: string): string {
  const body = JSON.stringify({ ...new LeadMasterError(code, detail, hint).toProblem(), status });
  return [
    `HTTP/1.1 ${status} ${ERRORS[code].title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
