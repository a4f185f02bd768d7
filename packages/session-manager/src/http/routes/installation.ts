import { ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve } from '@leadmaster/service-kit/http';
import { viewVault } from '../../snapshots/vault-view.ts';
import type { RouteContext } from '../http-app.ts';

/** What an operator reads of this installation: `/v1/settings`, `/v1/vault`. */
export function installationRoutes(app: HttpApp, { config, settings, vault, closing }: RouteContext): void {
  serve(app, ROUTES.getSettings, () => settings);
  serve(app, ROUTES.getVault, (_request, reply) => viewVault({ config, vault }, callerSignal(reply, closing)));
}
