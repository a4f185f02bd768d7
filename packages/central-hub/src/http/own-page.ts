import { LeadMasterError, REQUEST_HEADER } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';

/** What browsers say of a request that no page of another origin has made: our own has, or the address bar. */
const OWN_SITES: readonly unknown[] = [undefined, 'same-origin', 'none'];

/**
 * Refuses what a page of another origin makes a browser send. `Origin` is not sent with each request, and `Sec-Fetch-Site` not by each
 * browser: either one tells. `url`: the public origin of the hub, where it has one.
 * @throws LeadMasterError `forbidden`
 */
export function refuseOtherOrigin({ headers }: FastifyRequest, url: string | null): void {
  if (OWN_SITES.includes(headers['sec-fetch-site']) && isOwnOrigin(headers, url)) return;
  throw new LeadMasterError(
    'forbidden',
    'The request comes from a page of another address.',
    'Open the dashboard at the address of this hub; behind a proxy, set HUB_URL to the public one.',
  );
}

function isOwnOrigin({ origin, host }: FastifyRequest['headers'], url: string | null): boolean {
  if (origin === undefined || origin === url) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * The cookie goes with requests that pages of this site make a browser send, also those on other ports: nothing is told to them, and a
 * change is taken from our own page alone, which sends a header that other origins may not. @throws LeadMasterError `forbidden`
 */
export function requireOwnPage(request: FastifyRequest, url: string | null): void {
  refuseOtherOrigin(request, url);
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (request.headers[REQUEST_HEADER] === '1') return;
  throw new LeadMasterError(
    'forbidden',
    'A change by a sign-in lacks the header X-LeadMaster-Request.',
    'Send "X-LeadMaster-Request: 1", or a key instead of the cookie.',
  );
}
