import { Readable } from 'node:stream';
import { LeadMasterError, type Route } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../keys/caller.ts';

/**
 * Some fields are the operator's where a tenant may call the route: they name a machine, or confirm what only the operator can
 * know, such as that the place a copy came from is retired.
 *
 * @throws LeadMasterError `forbidden`
 */
export function refuseOperatorInput(caller: Caller, route: Route, { query, body }: FastifyRequest): void {
  const { operatorInput = [] } = route;
  if (caller.kind === 'operator' || operatorInput.length === 0) return;
  const given: Record<string, unknown> = { ...(query as object), ...(isFields(body) ? body : {}) };
  const named = operatorInput.filter((field) => given[field] !== undefined && given[field] !== false);
  if (named.length === 0) return;
  throw new LeadMasterError('forbidden', `${named.join(', ')} is for the operator to give.`, 'Ask the operator.');
}

function isFields(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !(body instanceof Readable);
}
