import { LeadMasterError } from '@leadmaster/protocol';
import { isOpen, isOpenCall, keyCheck, presentedKey } from '@leadmaster/service-kit/http';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';

/** Makes the check that runs before anything of a request is read. */
export function createAuthenticator(
  keys: { adminKey: string; serviceToken: string },
  compat: Config['compat'],
): (request: FastifyRequest) => void {
  const isKey = keyCheck([keys.adminKey, keys.serviceToken]);

  return (request) => {
    if (isOpen(request)) return;
    const presented = presentedKey(request);
    if (presented !== null && isKey(presented)) return;
    if (isOpenCall(request, compat)) return;
    throw new LeadMasterError(
      'unauthorized',
      presented === null ? 'The request brings no key.' : 'The key is not valid here.',
      'Send "Authorization: Bearer KEY" or "X-Api-Key: KEY" with the admin key: it is in admin.key in the data folder of this service (data-demo for the demo).',
    );
  };
}
