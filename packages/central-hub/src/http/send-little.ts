import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takesGzip } from './packed.ts';

const pack = promisify(gzip);
/** A smaller answer fits into one packet as it is. */
const WORTH_PACKING = 1_000;

/**
 * For pages on slow networks: an answer that the caller has already (`If-None-Match`) goes without its content, and a longer one
 * is packed. A hook, so that what leaves is what the audit has seen.
 */
export async function sendLittle(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || payload === '') return payload;
  if (reply.statusCode === 200) {
    const etag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) {
      reply.code(304);
      return '';
    }
  }
  if (payload.length < WORTH_PACKING || !takesGzip(request)) return payload;
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length');
  return pack(payload);
}
