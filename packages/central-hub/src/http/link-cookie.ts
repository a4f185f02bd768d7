import type { FastifyRequest } from 'fastify';

const NAME = 'leadmaster_link';
const FORM = /^[A-Za-z0-9]{40}$/;

/** What a browser brings that has taken a link; null where it brings nothing of that form. */
export function secretOf({ headers }: FastifyRequest): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const [, value] = pairs.find(([name]) => name === NAME) ?? [];
  return value !== undefined && FORM.test(value) ? value : null;
}

/** The cookie of one link: no script reads it, no other address gets it, and no other page sends it. */
export function claimCookie(claim: { token: string; secret: string; expiresAt: Date; url: string | null }): string {
  const { token, secret, expiresAt, url } = claim;
  const isSecure = url?.startsWith('https:') === true;
  return [
    `${NAME}=${secret}`,
    `Path=/link/${encodeURIComponent(token)}`,
    // It outlives the link, so that its end is told to the one who had it.
    `Expires=${new Date(expiresAt.getTime() + AFTER_MS).toUTCString()}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
}

const AFTER_MS = 24 * 3_600_000;
