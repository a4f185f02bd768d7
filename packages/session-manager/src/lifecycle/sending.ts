import {
  type Bounds,
  errorText,
  isRestricted,
  isSendingOff,
  LeadMasterError,
  localTime,
  stateKind,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { sendingOff } from '../state/bounds.ts';
import type { SupervisorView } from './session-status.ts';
import type { Standing } from './standing.ts';

const ASKING_MS = 10_000;

/**
 * Refuses what a session that only listens cannot send, in any state.
 *
 * @throws LeadMasterError `sending_off`
 */
export function refuseOff(name: string, bounds: Bounds): void {
  if (isSendingOff(bounds)) throw sendingOff(name, bounds);
}

/**
 * Refuses what a session as it stands cannot send, before the page is asked.
 *
 * @throws LeadMasterError `session_not_ready`
 */
export function refuseSend(name: string, view: Pick<SupervisorView, 'state' | 'reason' | 'hint'>): void {
  if (view.state !== 'READY') throw notReady(name, view, 'nothing was sent');
}

/** A session as it stands has no page that could be asked. `undone`: what was not done therefore. */
export function notReady(
  name: string,
  { state, reason, hint: ofState }: Pick<SupervisorView, 'state' | 'reason' | 'hint'>,
  undone: string,
): LeadMasterError {
  const hint =
    stateKind(state, reason) === 'transient'
      ? 'It recovers by itself; try again when it is READY.'
      : ofState || `Start it first: "./leadmaster session start ${name}".`;
  return new LeadMasterError('session_not_ready', `${name} is ${state}; ${undone}`, hint, { extra: { state } });
}

/**
 * Whether a text would open a new chat: asked only while WhatsApp lets the account open none. Null when it was not asked,
 * or the page cannot tell; that refuses nothing.
 *
 * @throws LeadMasterError `account_restricted` with `retryAt`
 */
export async function requireOpenChat(
  name: string,
  to: string,
  { run, limits }: Standing,
  log: Logger,
): Promise<boolean | null> {
  if (run === null || !isRestricted(limits)) return null;
  const opens = await run.messages.opensNewChat(to, AbortSignal.timeout(ASKING_MS)).catch((error: unknown) => {
    log.warn({ session: name, err: errorText(error) }, 'the page does not say whether a text opens a new chat');
    return null;
  });
  if (opens !== true) return opens;
  const until = limits?.newChats.until ?? null;
  throw new LeadMasterError(
    'account_restricted',
    `WhatsApp lets the account of ${name} open no new chats${until === null ? '' : ` until ${localTime(until)}`}; nothing was sent`,
    'Existing chats continue. Send again when the limit has ended, or let the recipient write first.',
    { extra: { retryAt: until } },
  );
}
