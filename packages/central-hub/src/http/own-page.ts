import { LeadMasterError, REQUEST_HEADER } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';

/**
 * Refuses what a page of another origin makes a browser send. `url`: the public origin of the hub, where it has one.
 * @throws LeadMasterError `forbidden`
 */
export function refuseOtherOrigin({ headers }: FastifyRequest, url: string | null): void {
  const { origin, host } = headers;
  if (origin === undefined || origin === url) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new LeadMasterError(
    'forbidden',
    'The request comes from a page of another address.',
    'Open the dashboard at the address of this hub; behind a proxy, set HUB_URL to the public one.',
  );
}

/**
 * The cookie goes with every request that a browser sends here: a change is taken from our own page alone, which sends a header that
 * other origins may not. @throws LeadMasterError `forbidden`
 */
export function requireOwnPage(request: FastifyRequest, url: string | null): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  refuseOtherOrigin(request, url);
  if (request.headers[REQUEST_HEADER] === '1') return;
  throw new LeadMasterError(
    'forbidden',
    'A change by a sign-in lacks the header X-LeadMaster-Request.',
    'Send "X-LeadMaster-Request: 1", or a key instead of the cookie.',
  );
}
