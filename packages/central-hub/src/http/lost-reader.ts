import type { FastifyRequest } from 'fastify';

/** Programs ask below these, and the owners of phones: what is not there is told to them as everywhere. */
const OTHERS = /^\/(v1|assets|link|docs)(\/|$)/;

/** Whether a person asks with a browser for an address that is none: they are led back by the dashboard, which says so. */
export function isLostReader({ is404, method, headers, url }: FastifyRequest): boolean {
  const wantsPage = headers.accept?.toLowerCase().includes('text/html') === true;
  return is404 && method === 'GET' && wantsPage && !OTHERS.test(url.split('?', 1)[0] ?? '');
}
