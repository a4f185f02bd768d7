import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** The key that a request brings, or null. Several that differ are good for nothing: proxies and services read another one each. */
export function presentedKey(request: FastifyRequest): string | null {
  const bearers = given(request, 'authorization').flatMap((text) => /^Bearer +(\S+) *$/i.exec(text)?.[1] ?? []);
  const plain = given(request, 'x-api-key').filter((key) => key !== '');
  const keys = [...new Set([...bearers, ...plain])];
  return keys.length === 0 ? null : keys.join(' ');
}

/** Each value of a header, as it came: of some that are repeated Node keeps the first alone. */
function given({ raw: { rawHeaders } }: FastifyRequest, name: string): string[] {
  return rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
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
