import type { FastifyRequest } from 'fastify';

/** Paths below these answer without a key: they are the same for every caller and tell nothing of the sessions. */
const OPEN_PREFIXES = ['/docs'];

/** Whether a route answers without a key. */
export function isOpen({ routeOptions: { config, url } }: FastifyRequest): boolean {
  return config.open === true || OPEN_PREFIXES.some((p) => url === p || url?.startsWith(`${p}/`) === true);
}
