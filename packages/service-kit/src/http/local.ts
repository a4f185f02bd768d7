import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../process/loopback.ts';

/**
 * Whether a request comes from a program on this machine, and not through a proxy, a rebound DNS name or a web page
 * that is open in a browser here: the loopback peer alone would let all three in.
 */
export function isLocal(request: FastifyRequest): boolean {
  const { headers } = request;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  if (forwarded || !isLoopback(request.socket.remoteAddress ?? '')) return false;
  if (headers.origin !== undefined && !isLoopbackUrl(headers.origin)) return false;
  if (headers['sec-fetch-site'] === 'cross-site') return false;
  return headers.host !== undefined && isLoopbackUrl(`http://${headers.host}`);
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
