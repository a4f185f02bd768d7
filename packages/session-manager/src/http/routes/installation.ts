import { ROUTES } from '@leadmaster/protocol';
import { callerSignal, type HttpApp, serve, serveLong } from '@leadmaster/service-kit/http';
import { anyOf } from '@leadmaster/service-kit/wait';
import { viewVault } from '../../snapshots/vault-view.ts';
import type { RouteContext } from '../http-app.ts';

/** What an operator reads of this installation, and has repaired: `/v1/settings`, `/v1/vault`, `/v1/doctor`, `/v1/report`. */
export function installationRoutes(app: HttpApp, context: RouteContext): void {
  const { config, settings, vault, diagnosis, closing } = context;

  serve(app, ROUTES.getSettings, () => settings);
  serve(app, ROUTES.getVault, (_request, reply) => viewVault({ config, vault }, callerSignal(reply, closing)));
  serve(app, ROUTES.getDoctor, ({ query: { lang, network } }, reply) =>
    diagnosis.examine({ language: lang, network, fix: false }, callerSignal(reply, closing)),
  );
  serveLong(app, context, ROUTES.fixInstallation, ({ query: { lang } }) => ({
    session: null,
    run: ({ signal }) => diagnosis.examine({ language: lang, network: false, fix: true }, anyOf(closing, signal)),
  }));
  serve(app, ROUTES.getReport, async ({ query: { lang } }, reply) => {
    const text = await diagnosis.report(lang, callerSignal(reply, closing));
    return reply.type('text/markdown; charset=utf-8').send(text);
  });
}
