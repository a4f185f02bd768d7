import type { FastifyRequest } from 'fastify';

/** Whether the caller reads answers that are packed by gzip. */
export function takesGzip({ headers }: FastifyRequest): boolean {
  return /\bgzip\b(?!;q=0(\.0*)?(,|$))/.test(headers['accept-encoding'] ?? '');
}
