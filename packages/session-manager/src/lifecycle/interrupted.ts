import { type SessionState, stateKind } from '@leadmaster/protocol';
import type { SupervisorDeps } from './supervisor-deps.ts';

/**
 * How the last process left a session.
 * - `given_away`: the word that it lives elsewhere is durable, and its profile is still in place
 * - `come_back`: a newer profile than the one given away is in place, and that was not told yet
 * - `at_rest`: nothing was under way
 * - `running`: it was, or was about to
 */
export type Interrupted = 'given_away' | 'come_back' | 'at_rest' | 'running';

/** Reads what a crash may have left. A record that cannot be read is looked at when the session is started. */
export async function interruptedAt(
  { store, profiles }: Pick<SupervisorDeps, 'store' | 'profiles'>,
  name: string,
  state: SessionState,
): Promise<Interrupted> {
  const moved = store.tombstones.generation(name);
  const record = moved === null ? null : await profiles.readRecord(name).catch(() => null);
  if (moved !== null && record !== null) {
    if (record.generation <= moved) return 'given_away';
    if (state === 'MOVED') return 'come_back';
  }
  const waits = stateKind(state, '') === 'needs_person' && state !== 'QR_REQUIRED';
  return state === 'STOPPED' || state === 'MOVED' || waits ? 'at_rest' : 'running';
}
