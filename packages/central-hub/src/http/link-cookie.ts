import type { FastifyRequest } from 'fastify';

const NAME = 'leadmaster_link';
const FORM = /^[A-Za-z0-9]{40}$/;

/** One is the rule. Another name of the domain may have planted more, which must not keep a browser from its link. */
const MOST = 5;

/** What a browser brings that has taken a link: all of that form, of which one may be the right one. */
export function secretsOf({ headers }: FastifyRequest): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  const values = pairs.filter(([name]) => name === NAME).map(([, value = '']) => value);
  return values.filter((value) => FORM.test(value)).slice(0, MOST);
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
