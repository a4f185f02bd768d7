import { LeadMasterError } from '@leadmaster/protocol';
import type { ProfileStore } from '../profile/profile-store.ts';

/**
 * Makes the profile of a session that was given away this machine's own again, under a generation above the one it was
 * given away with: the tombstone stays, and what comes back is newer. To be called with the session held still, and only
 * when the other machine has confirmed that it gives it up. May be repeated.
 *
 * @throws LeadMasterError `login_missing` when the trash no longer holds it.
 */
export async function takeBack(profiles: ProfileStore, session: string, generation: number): Promise<number> {
  const inPlace = await profiles.readRecord(session);
  if (inPlace !== null) {
    if (inPlace.generation > generation) return inPlace.generation;
    return (await profiles.updateRecord(session, { generation: generation + 1 })).generation;
  }
  const trashed = (await profiles.listTrash()).find(
    (each) => each.session === session && each.generation === generation,
  );
  if (trashed === undefined) {
    throw new LeadMasterError(
      'login_missing',
      `The profile of ${session} is no longer in the trash`,
      `The other machine has given it up. Restore the newest snapshot: "./leadmaster snapshot list ${session}".`,
    );
  }
  const why = { reason: 'returned', generation, committedAt: trashed.at };
  return (await profiles.moveBack(session, trashed.path, why)).generation;
}
