import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';

/** Paths below these answer without a key: they are the same for everybody and tell nothing of the sessions. */
const OPEN_PREFIXES = ['/docs'];

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** The key that a request brings, or null. */
function presentedKey(request: FastifyRequest): string | null {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const plain = request.headers['x-api-key'];
  return typeof plain === 'string' && plain !== '' ? plain : null;
}

/**
 * Makes the check that runs before anything of a request is read. Digests of equal length are compared, both always,
 * so that the time taken tells nothing of a key nor of which one nearly fitted.
 */
export function createAuthenticator(
  keys: { adminKey: string; serviceToken: string },
  compat: Config['compat'],
): (request: FastifyRequest) => void {
  const known = [digest(keys.adminKey), digest(keys.serviceToken)];

  const isKey = (presented: string): boolean => {
    const found = digest(presented);
    return known.map((key) => timingSafeEqual(key, found)).includes(true);
  };

  return (request) => {
    const { config, url } = request.routeOptions;
    if (config.open === true || OPEN_PREFIXES.some((p) => url === p || url?.startsWith(`${p}/`) === true)) return;
    const presented = presentedKey(request);
    if (presented !== null && isKey(presented)) return;
    if (presented === null && compat === 'open' && config.compat === true && isLocal(request)) return;
    throw new LeadMasterError(
      'unauthorized',
      presented === null ? 'The request brings no key.' : 'The key is not valid here.',
      'Send "Authorization: Bearer KEY" or "X-Api-Key: KEY" with the admin key: it is in admin.key in the data folder of this service (data-demo for the demo).',
    );
  };
}

/**
 * Whether a request comes from a program on this machine, and not through a proxy, a rebound DNS name or a web page
 * that is open in a browser here: the loopback peer alone would let all three in.
 */
function isLocal(request: FastifyRequest): boolean {
  const { headers } = request;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  if (forwarded || !isLoopbackAddress(request.socket.remoteAddress ?? '')) return false;
  if (headers.origin !== undefined && !isLoopbackUrl(headers.origin)) return false;
  if (headers['sec-fetch-site'] === 'cross-site') return false;
  return headers.host !== undefined && isLoopbackUrl(`http://${headers.host}`);
}

function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[(.*)\]$/, '$1'));
}

function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}
