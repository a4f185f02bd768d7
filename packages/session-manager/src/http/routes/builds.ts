import { buildList } from '@leadmaster/protocol';
import { json, problems } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery } from '../inputs.ts';

/** `/v1/builds`: the builds of WhatsApp Web that this machine has seen. */
export function buildRoutes(app: HttpApp, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/builds',
    schema: {
      operationId: 'listBuilds',
      summary: 'Builds of WhatsApp Web that were seen here, newest first, and what is thought of each',
      description:
        '`schema` is how far the build opens the database of messages: it never opens a profile whose number is higher. `kept`: its page is here, so that `WEB_VERSION` may name it.',
      tags: ['service'],
      querystring: noQuery,
      response: { 200: json('The builds', buildList), ...problems(['storage_failed']) },
    },
    handler: async () => ({ items: await context.builds.builds() }),
  });
}
