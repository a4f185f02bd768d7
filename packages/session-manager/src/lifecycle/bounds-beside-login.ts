import type { Logger } from 'pino';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { boundsIn, writeBounds } from '../profile/record-bounds.ts';
import type { StateStore } from '../state/state-store.ts';

/** Where the bounds of a session are: in the database, and in the record beside its login. */
export interface BoundsDeps {
  store: { bounds: Pick<StateStore['bounds'], 'of' | 'tighten'> };
  profiles: Pick<ProfileStore, 'readRecord' | 'updateRecord'>;
  log: Pick<Logger, 'warn'>;
}

/** Writes the bounds of a session beside its login. Never fails: the next start writes them, or is refused. */
export async function noteBounds({ store, profiles, log }: BoundsDeps, session: string): Promise<void> {
  try {
    await writeBounds(profiles, session, store.bounds.of(session));
  } catch (error) {
    log.warn({ session, err: error }, 'what bounds the session could not be written beside its login');
  }
}

/** A login is in place that may bring bounds of its own: the stricter hold, here and beside it. */
export async function takeBounds(deps: BoundsDeps, session: string, record: ProfileRecord): Promise<void> {
  deps.store.bounds.tighten(session, boundsIn(record));
  await noteBounds(deps, session);
}
