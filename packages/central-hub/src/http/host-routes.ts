import { LeadMasterError } from '@leadmaster/protocol';
import type { HttpApp } from '@leadmaster/service-kit/http';
import type { Authenticator } from './authenticate.ts';

/**
 * A route that the host of the hub adds for the operator, beside the contract: the demo's simulated phones. A hub that serves clients
 * is given none.
 */
export interface HostRoute {
  method: 'GET' | 'POST';
  path: string;
  /** Given the body as it came. What it throws as a LeadMasterError is the answer. */
  answer: (body: unknown) => Promise<unknown>;
}

export function hostRoutes(app: HttpApp, callers: Authenticator, routes: readonly HostRoute[]): void {
  for (const { method, path, answer } of routes) {
    app.route({
      method,
      url: path,
      schema: { hide: true },
      handler: async (request) => {
        if (callers.of(request).kind !== 'operator') throw forbidden();
        return answer(request.body);
      },
    });
  }
}

function forbidden(): LeadMasterError {
  return new LeadMasterError('forbidden', 'This is for the operator of the installation.', 'Ask the operator.');
}
