import { type HubSession, LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { client } from '../../src/service/client.ts';
import { onEvent } from '../../src/service/sessions.ts';

const WAIT_MS = 120_000;

export async function sessionOf(name: string): Promise<HubSession> {
  return (await client.call('getSession', { params: { session: name } })) as HubSession;
}

/** Resolves once a session stands as wanted: it is looked at now, and after each of its events. @throws LeadMasterError `timeout` */
export function until(
  name: string,
  isSo: (session: HubSession) => boolean,
  signal: AbortSignal,
  ms = WAIT_MS,
): Promise<HubSession> {
  return watch<HubSession>(signal, ms, (found, failed) => {
    const look = (): void => {
      sessionOf(name).then((session) => {
        if (isSo(session)) found(session);
      }, failed);
    };
    look();
    return onEvent(({ session }) => {
      if (session === name) look();
    });
  });
}

/** Resolves with the next event of that kind. @throws LeadMasterError `timeout` */
export function untilEvent(
  isIt: (event: LeadMasterEvent) => boolean,
  signal: AbortSignal,
  ms = WAIT_MS,
): Promise<LeadMasterEvent> {
  return watch<LeadMasterEvent>(signal, ms, (found) =>
    onEvent((event) => {
      if (isIt(event)) found(event);
    }),
  );
}

function watch<T>(
  signal: AbortSignal,
  ms: number,
  begin: (found: (what: T) => void, failed: (error: unknown) => void) => () => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const overdue = new LeadMasterError(
    'timeout',
    `It did not come about within ${ms / 1000} s.`,
    'Look at the session, and try again.',
  );
  const timer = setTimeout(() => reject(overdue), ms);
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  const deaf = begin(resolve, reject);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    deaf();
  });
}
