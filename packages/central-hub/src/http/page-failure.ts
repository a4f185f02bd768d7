import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Notice, noticePage } from '../onboarding/page/pages.ts';
import { readingOf } from './page-reading.ts';

const NOTICES: Readonly<Record<string, Notice>> = {
  link_not_found: 'unknown',
  forbidden: 'refused',
  wrong_state: 'notNow',
};

/** Where the same may succeed in a moment. */
const PASSES: readonly string[] = ['machine_unreachable', 'wrong_state', 'database_unreachable', 'rate_limited'];

/** Tells a refusal as a page to a browser: who opens a link there reads no problem+json. Programs get that, as everywhere. */
export function tellAsPage(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!wantsPage(request)) return reply.send(error);
  const { code, status, extra } = read(error);
  if (status >= 500) request.log.error({ err: error }, 'the page of a link could not be made');
  if (typeof extra.retryAfter === 'number') reply.header('retry-after', String(extra.retryAfter));
  const wanted = extra.language === 'es' || extra.language === 'en' ? extra.language : null;
  const notice = code === 'link_ended' ? endOf(extra.state) : (NOTICES[code] ?? 'failed');
  const { token = '' } = request.params as { token?: string };
  const reading = readingOf(request, `/link/${encodeURIComponent(token)}`, wanted);
  reply.header(
    'content-security-policy',
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(noticePage(reading, notice, PASSES.includes(code)));
}

/** What stands behind the address of a link: where the token before it was left out, a program has asked. */
const BEHIND_TOKEN: readonly (string | undefined)[] = ['state', 'code'];

function wantsPage({ headers, params }: FastifyRequest): boolean {
  const { token } = params as { token?: string };
  return headers.accept?.toLowerCase().includes('text/html') === true && !BEHIND_TOKEN.includes(token);
}

/** Whether an account was linked by it is for the one who has linked it. */
function endOf(state: unknown): Notice {
  return state === 'expired' ? 'expired' : 'revoked';
}

function read(error: FastifyError | Error): { code: string; status: number; extra: Readonly<Record<string, unknown>> } {
  if (error instanceof LeadMasterError) return error;
  const { statusCode = 500 } = error as FastifyError;
  return { code: 'internal', status: statusCode, extra: {} };
}
