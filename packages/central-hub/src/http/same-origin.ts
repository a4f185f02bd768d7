import { LeadMasterError } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';

/**
 * Refuses what a page of another address has sent. Browsers say by `Sec-Fetch-Site` where it comes from; older ones, and those on
 * plain http, by `Origin`. Our pages send no referrer, and with that such a browser gives the origin of their own forms as `null`:
 * that, and no word at all, are taken. Who sends it then has the token, and gets nothing that the token does not give.
 *
 * @throws LeadMasterError `forbidden`
 */
export function requireSameOrigin({ headers }: FastifyRequest, url: string | null): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? isOwnOrigin(headers, url) : site === 'same-origin';
  if (isOwn) return;
  throw new LeadMasterError(
    'forbidden',
    'The request comes from the page of another address.',
    'Open the link itself, and press the button there.',
  );
}

/** The Host was checked before: it is this hub's. */
function isOwnOrigin({ origin, host }: FastifyRequest['headers'], url: string | null): boolean {
  if (origin === undefined || origin === 'null' || origin === url) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
