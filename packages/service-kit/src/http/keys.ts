import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** The key that a request brings, or null. */
export function presentedKey(request: FastifyRequest): string | null {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const plain = request.headers['x-api-key'];
  return typeof plain === 'string' && plain !== '' ? plain : null;
}

/**
 * Makes the check of a presented key against those that are known. Digests of equal length are compared, with every known key,
 * so that the time taken tells nothing of a key nor of which one nearly fitted.
 */
export function keyCheck(keys: readonly string[]): (presented: string) => boolean {
  const known = keys.map(digest);
  return (presented) => {
    const found = digest(presented);
    return known.map((key) => timingSafeEqual(key, found)).includes(true);
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
