import { type SessionState, stateKind } from '@leadmaster/protocol';
import type { SessionSteps } from './session-steps.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

type Deps = Pick<SupervisorDeps, 'store' | 'profiles'>;

/**
 * How the last process left a session.
 * - `given_away`: that it lives elsewhere is durable, and its profile is still in place
 * - `come_back`: a newer profile than the one given away is in place, and that was not told yet
 * - `at_rest`: nothing was under way
 * - `running`: it was, or was about to
 */
type Interrupted = 'given_away' | 'come_back' | 'at_rest' | 'running';

/** Reads what a crash may have left. A record that cannot be read is looked at when the session is started. */
async function interruptedAt({ store, profiles }: Deps, name: string, state: SessionState): Promise<Interrupted> {
  const moved = store.tombstones.generation(name);
  const record = moved === null ? null : await profiles.readRecord(name).catch(() => null);
  if (moved !== null && record !== null) {
    if (record.generation <= moved) return 'given_away';
    if (state === 'MOVED') return 'come_back';
  }
  const waits = stateKind(state, '') === 'needs_person' && state !== 'QR_REQUIRED';
  return state === 'STOPPED' || state === 'MOVED' || waits ? 'at_rest' : 'running';
}

/** Takes a session up as the last process left it: nothing runs now. Called once, in its turn, before anything is started. */
export async function recover(deps: Deps, name: string, steps: SessionSteps): Promise<void> {
  switch (await interruptedAt(deps, name, steps.state)) {
    case 'given_away':
      return finishMove(steps);
    case 'come_back':
      return steps.apply({ type: 'returned', reason: 'moved_here' });
    case 'at_rest':
      return steps.closeForPerson();
    case 'running':
      return steps.enter('STOPPED', 'service_ended_unexpectedly');
  }
}

/** A crash came between the tombstone and the move to trash. */
async function finishMove(steps: SessionSteps): Promise<void> {
  if (steps.state === 'MOVED') return steps.orRefuse(() => steps.setAside('moved'));
  steps.enter('STOPPED', 'service_ended_unexpectedly');
  await steps.apply({ type: 'moved', reason: 'transferred' });
}
