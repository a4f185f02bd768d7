import { errorText, LeadMasterError, type SessionState } from '@leadmaster/protocol';
import type { EngineRun } from '../engine/engine.ts';
import { transition } from './machine.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** Has WhatsApp remove the link. Rejects when it does not confirm that in time. */
export async function unlink(run: EngineRun, deadlineMs: number): Promise<void> {
  try {
    await run.logout(AbortSignal.timeout(deadlineMs));
  } catch (error) {
    throw new LeadMasterError(
      'engine_failed',
      `WhatsApp did not confirm the logout: ${errorText(error)}`,
      'The login is kept. Try again, or remove the linked device on the phone.',
      { cause: error },
    );
  }
}

/**
 * Whether a session that is not READY has anything to log out of that can go without WhatsApp being told.
 *
 * @throws LeadMasterError `wrong_state`: it may hold a login, and only a READY session can have its link removed.
 */
export async function mayForget(
  profiles: Pick<SupervisorDeps['profiles'], 'loginPresence'>,
  name: string,
  state: SessionState,
): Promise<boolean> {
  const holdsLogin = await mayHoldLogin(profiles, name, state);
  if (!holdsLogin && transition(state, { type: 'logout' }) !== null) return true;
  if (!holdsLogin && state === 'STOPPED') return false;
  throw new LeadMasterError(
    'wrong_state',
    `${name} is ${state}, and only a READY session can tell WhatsApp to remove its link`,
    wayOut(name, state),
  );
}

/** A session that waits for its phone runs already, and has no link: starting it would lead nowhere. */
function wayOut(name: string, state: SessionState): string {
  return state === 'QR_REQUIRED' || state === 'PASSKEY_REQUIRED'
    ? `It waits to be linked. To have it gone: "./leadmaster session delete ${name}"; its profile goes to trash.`
    : `Start it first ("./leadmaster session start ${name}"), or delete it and remove the linked device on the phone.`;
}

async function mayHoldLogin(
  profiles: Pick<SupervisorDeps['profiles'], 'loginPresence'>,
  name: string,
  state: SessionState,
): Promise<boolean> {
  if (state === 'AUTH_FAILURE' || state === 'DISCONNECTED_LOGOUT') return false;
  return (await profiles.loginPresence(name)) !== 'absent';
}
