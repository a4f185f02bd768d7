import { hubSession } from '../central-hub.ts';
import type { ErrorCode } from '../errors.ts';
import { session } from '../session.ts';
import type { Answer, Route } from './route.ts';

const BETWEEN_MANAGERS = 'managers speak with each other, with the service token';

/** Routes of a session manager that a hub does not have, each with the reason. */
export const NOT_ON_HUB = {
  prepareTransfer: BETWEEN_MANAGERS,
  getTransfer: BETWEEN_MANAGERS,
  missingOfTransfer: BETWEEN_MANAGERS,
  sendPiece: BETWEEN_MANAGERS,
  sealTransfer: BETWEEN_MANAGERS,
  commitTransfer: BETWEEN_MANAGERS,
  abortTransfer: BETWEEN_MANAGERS,
  getSending: 'each hub tells its machines itself',
  tellSending: 'each hub tells its machines itself',
  listHubBackups: 'the machine that has the vault tells what it holds',
  saveHubBackup: 'each hub tells its machines itself',
  confirmEvents: 'each hub confirms what it has stored, and nothing for another hub',
} as const;

/** What a hub refuses any request with that needs a key. */
const WITH_KEY: readonly ErrorCode[] = [
  ...(['misdirected', 'rate_limited', 'forbidden', 'scope_missing'] as const),
  ...(['database_unreachable', 'storage_failed'] as const),
];

/** The same, a tenant that is not there, and a machine that does not answer, in the form of the routes for earlier services. */
const REFUSED = [403, 404, 421, 429, 503];

/**
 * A route as a hub states it: with what its keys and its store refuse, and with its own form of a session. `isForwarded`: a
 * machine answers it, so that there may be no answer.
 */
export function onHub<R extends Route>(route: R, isForwarded: boolean): R {
  const { open, path, errors } = route;
  const ofMachine: readonly ErrorCode[] = ['machine_not_found', 'machine_unreachable'];
  const ofSession: readonly ErrorCode[] = path.includes('{session}') ? ['session_not_found'] : [];
  const more =
    open === true ? (['misdirected'] as const) : [...WITH_KEY, ...ofSession, ...(isForwarded ? ofMachine : [])];
  const refused = REFUSED.filter((status) => !(status in route.answers));
  const failures = [...new Set([...(route.compat?.failures ?? []), ...refused])];
  const answers = Object.entries(route.answers).map(([status, answer]) => [status, ofHub(answer)]);
  return {
    ...route,
    ...(route.compat === undefined ? {} : { compat: { failures } }),
    errors: [...new Set([...errors, ...more])],
    answers: Object.fromEntries(answers),
  };
}

/** A session that a machine answers with is told with what the hub adds. */
function ofHub(answer: Route['answers'][number]): Route['answers'][number] {
  if (!('content' in answer) || answer.content['application/json']?.schema !== session) return answer;
  return { ...answer, content: { ...answer.content, 'application/json': { schema: hubSession } } } satisfies Answer;
}
