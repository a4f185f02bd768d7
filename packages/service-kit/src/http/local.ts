import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../process/loopback.ts';
import { presentedKey } from './keys.ts';

/** What proxies, balancers and delivery networks write beside `X-Forwarded-*`: who called them, or that the request passed them. */
const PASSED_ON = [
  ...['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip', 'x-envoy-external-address'],
  ...[
    'cdn-loop',
    'cf-connecting-ip',
    'cf-ray',
    'true-client-ip',
    'fastly-client-ip',
    'fly-client-ip',
    'x-azure-clientip',
  ],
  ...['x-original-host', 'x-proxyuser-ip', 'x-remote-ip', 'x-remote-addr'],
];

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
  return Object.keys(headers).some((name) => /^x-(original-)?forwarded/.test(name) || PASSED_ON.includes(name));
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
