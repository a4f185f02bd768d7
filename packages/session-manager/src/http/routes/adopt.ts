import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { adoptSession, LeadMasterError, session } from '@leadmaster/protocol';
import { dataPaths } from '../../profile/paths.ts';
import { BODY_ERRORS, json, problems, SESSION_ERRORS } from '../documented.ts';
import type { HttpApp, RouteContext } from '../http-app.ts';
import { noQuery } from '../inputs.ts';

/** `/v1/sessions/adopt`: a profile that lies in `tokens/` without a record becomes a session where it is. */
export function adoptRoutes(app: HttpApp, { sessions, config }: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/sessions/adopt',
    schema: {
      operationId: 'adoptSession',
      summary: 'Make a session of an UNCLAIMED profile, in place',
      tags: ['sessions'],
      querystring: noQuery,
      body: adoptSession,
      response: {
        201: json('The session, STOPPED', session),
        ...problems([...SESSION_ERRORS, ...BODY_ERRORS, 'session_exists', 'wrong_state', 'adopt_refused']),
      },
    },
    handler: async (request, reply) => {
      const { name, path, mode } = request.body;
      const place = dataPaths(config.dataDir).session(name);
      if (mode !== undefined || (path !== undefined && !(await isSameFolder(path, place)))) {
        throw new LeadMasterError(
          'adopt_refused',
          'Only a profile that already lies in its place can be adopted now; copying and moving come later.',
          `Stop whatever uses the profile, put it at ${place} yourself, then adopt it by name alone.`,
        );
      }
      const adopted = await sessions.adopt(name);
      return reply.code(201).header('location', `/v1/sessions/${name}`).send(adopted);
    },
  });
}

/** Whether a path that a person wrote means a folder; theirs may lead through links that are resolved in ours. */
async function isSameFolder(written: string, place: string): Promise<boolean> {
  if (!isAbsolute(written)) return false;
  if (resolve(written) === place) return true;
  // What cannot be looked at is not taken for the same.
  return (await realpath(written).catch(() => null)) === place;
}
