import { acceptedPlace, acceptPlace, place } from '@leadmaster/protocol';
import { BODY_ERRORS, json, problems, START_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery } from '../inputs.ts';

const tags = ['service'];

/** `/v1/place`: where the data folder is, and the word that it is no second copy of the sessions in it. */
export function placeRoutes(app: HttpApp, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/place',
    schema: {
      operationId: 'getPlace',
      summary: 'Where the data folder is and was, and which sessions wait because it is a copy or lies on another disk',
      tags,
      querystring: noQuery,
      response: { 200: json('The place', place), ...problems(['storage_failed']) },
    },
    handler: () => context.place.view(),
  });

  app.route({
    method: 'POST',
    url: '/v1/place/accept',
    schema: {
      operationId: 'acceptPlace',
      summary: 'Say that the place before never runs these sessions again: they no longer wait',
      description:
        'Without `sessions`, all that wait. Those that were to run are started. One of which the vault has a newer login waits on, as `older_than_vault`.',
      tags,
      querystring: noQuery,
      body: acceptPlace,
      response: {
        200: json('What was released, and what still waits', acceptedPlace),
        ...problems(['session_not_found', ...BODY_ERRORS, ...START_ERRORS]),
      },
    },
    handler: (request) => context.place.accept(request.body),
  });
}
