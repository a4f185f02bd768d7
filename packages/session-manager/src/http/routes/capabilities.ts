import { capabilities, overrideCapabilities } from '@leadmaster/protocol';
import { BODY_ERRORS, json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery, sessionParams } from '../inputs.ts';

const url = '/v1/sessions/:session/capabilities';
const tags = ['sessions'];

/** `/v1/sessions/{s}/capabilities`: what its page of WhatsApp Web can do, and what an operator says against the probe. */
export function capabilityRoutes(app: HttpApp, { sessions }: RouteContext): void {
  app.route({
    method: 'GET',
    url,
    schema: {
      operationId: 'getCapabilities',
      summary: 'What the page of WhatsApp Web that it runs on can do, feature by feature',
      tags,
      params: sessionParams,
      querystring: noQuery,
      response: {
        200: json('What the last probe found', capabilities),
        ...problems([...SESSION_ERRORS, 'session_unclaimed']),
      },
    },
    handler: (request) => sessions.capabilities(request.params.session),
  });

  app.route({
    method: 'PATCH',
    url,
    schema: {
      operationId: 'overrideCapabilities',
      summary: 'Use features although the probe calls them broken; an empty list goes by the probe again',
      tags,
      params: sessionParams,
      querystring: noQuery,
      body: overrideCapabilities,
      response: {
        200: json('What the last probe found, with the overrides', capabilities),
        ...problems([...SESSION_ERRORS, ...BODY_ERRORS, 'session_unclaimed']),
      },
    },
    handler: (request) => sessions.overrideCapabilities(request.params.session, request.body.override),
  });
}
