import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../process/loopback.ts';
import { presentedKey } from './keys.ts';

/** Headers by which proxies, balancers and delivery networks name who called them: `X-Forwarded-For`, `CF-Connecting-IP` ... */
const NAMES_THE_CALLER =
  /forwarded|(client|real|remote|connecting|connection|external|user)-?(ip|addr|address)$|^x-original-host$/;
/** Others that tell of one on the way. */
const ON_THE_WAY: readonly string[] = ['via', 'cdn-loop', 'cf-ray', 'x-amzn-trace-id', 'x-arr-log-id'];

/**
 * Whether a request comes from a program on this machine, and not through a proxy, a rebound DNS name or a web page
 * that is open in a browser here: the loopback peer alone would let all three in.
 */
export function isLocal(request: FastifyRequest): boolean {
  const { headers } = request;
  if (wasPassedOn(request) || !isLoopback(request.socket.remoteAddress ?? '')) return false;
  if (headers.origin !== undefined && !isLoopbackUrl(headers.origin)) return false;
  if (headers['sec-fetch-site'] === 'cross-site') return false;
  return headers.host !== undefined && isLoopbackUrl(`http://${headers.host}`);
}

/**
 * Whether a request may be answered without a key where `LEADMASTER_COMPAT` is that: it brings none, is from this machine itself,
 * and for a route of earlier LeadMaster services.
 */
export function isOpenCall(request: FastifyRequest, access: 'key' | 'open'): boolean {
  const isCompat = request.routeOptions.config.compat === true;
  return access === 'open' && isCompat && presentedKey(request) === null && isLocal(request);
}

/** A proxy has passed it on: it says so, or speaks HTTP/1.0, as nginx does to what is behind it unless told otherwise. */
function wasPassedOn({ headers, raw }: FastifyRequest): boolean {
  if (raw.httpVersion === '1.0') return true;
  return Object.keys(headers).some((name) => NAMES_THE_CALLER.test(name) || ON_THE_WAY.includes(name));
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
