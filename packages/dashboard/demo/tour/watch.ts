import { type HubSession, LeadMasterError, type LeadMasterEvent } from '@leadmaster/protocol';
import { client } from '../../src/service/client.ts';
import { onEvent } from '../../src/service/sessions.ts';

const WAIT_MS = 120_000;

/** What is waited for does not come by itself: the session waits for its visitor. */
export class Stuck extends Error {
  readonly session: HubSession;

  constructor(session: HubSession) {
    super(`${session.name} waits in ${session.state}`);
    this.session = session;
  }
}

export async function sessionOf(name: string): Promise<HubSession> {
  return (await client.call('getSession', { params: { session: name } })) as HubSession;
}

/**
 * Resolves once a session stands as wanted: it is looked at now, and after each of its events. `before`: how it was when what is waited for
 * was ordered. @throws LeadMasterError `timeout`
 * @throws Stuck
 */
export function until(
  before: HubSession,
  isSo: (session: HubSession) => boolean,
  signal: AbortSignal,
): Promise<HubSession> {
  const { name } = before;
  return watch<HubSession>(signal, WAIT_MS, (found, failed) => {
    const look = (): void => {
      sessionOf(name).then((session) => {
        if (isSo(session)) found(session);
        else if (session.since !== before.since && waitsForVisitor(session)) failed(new Stuck(session));
      }, failed);
    };
    look();
    return onEvent(({ session }) => {
      if (session === name) look();
    });
  });
}

/** Whether it stays as it is until something is pressed. One that was unlinked goes on to its next QR by itself. */
function waitsForVisitor({ state, stateKind, desired }: HubSession): boolean {
  if (state === 'STOPPED' && desired === 'stopped') return true;
  return stateKind === 'needs_person' && state !== 'DISCONNECTED_LOGOUT';
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
