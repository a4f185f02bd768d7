import { isDeepStrictEqual } from 'node:util';
import { type Bounds, type CarriedBounds, carried } from '@leadmaster/protocol';
import type { ProfileRecord, ProfileStore } from './profile-store.ts';

/** What bounds a session, as the record beside its login carries it. */
export function boundsIn({ sending, sendingOffBy, expectedPhone }: ProfileRecord): CarriedBounds {
  return {
    ...(sending === undefined ? {} : { sending }),
    ...(sendingOffBy === undefined ? {} : { sendingOffBy }),
    ...(expectedPhone === undefined ? {} : { expectedPhone }),
  };
}

/**
 * Writes the bounds of a session beside its login, so that they go wherever that goes; nothing where there is no profile, or its
 * record has them.
 *
 * @throws LeadMasterError `storage_failed`, `profile_unreadable`; the record before stays.
 */
export async function writeBounds(
  profiles: Pick<ProfileStore, 'readRecord' | 'updateRecord'>,
  session: string,
  bounds: Bounds,
): Promise<void> {
  const record = await profiles.readRecord(session);
  const wanted = carried(bounds);
  if (record === null || isDeepStrictEqual(boundsIn(record), wanted)) return;
  const { sending, sendingOffBy, expectedPhone } = wanted;
  await profiles.updateRecord(session, { sending, sendingOffBy, expectedPhone });
}
