import { type Account, LeadMasterError, sameAccount, sameLink } from '@leadmaster/protocol';
import type { StateStore } from './state-store.ts';

/** The machine that has a session which moved away, by the journal; null where it left in a file. */
export function movedTo(store: Pick<StateStore, 'transfers'>, session: string): string | null {
  const last = store.transfers.list('source').findLast((row) => row.session === session && row.phase !== 'begun');
  return last?.peer ?? null;
}

/** A login is in a session, and no other place runs it: its tombstone goes, unless it is known to be of another link. */
export function noteReturn(
  tombstones: StateStore['tombstones'],
  session: string,
  { account, originRetired, generation }: { account: Account | null; originRetired: boolean; generation: number },
): void {
  if (account === null || !originRetired || generation <= (tombstones.generation(session) ?? 0)) return;
  tombstones.cameBack(session, (gone) => sameAccount(gone, account) === true && sameLink(gone, account) !== false);
}

/** The place that has a session which moved away, in words; null: it left in a file. */
export function whereTo(peer: string | null): string {
  return peer ?? 'another machine, in an exported file';
}

/**
 * What was handed over to another machine (`where`, or null for a file) is started there; one login in two places is taken
 * from both.
 */
export function sessionMoved(session: string, where: string | null): LeadMasterError {
  return new LeadMasterError(
    'session_moved',
    `${session} has moved to ${whereTo(where)}`,
    where === null
      ? 'Import the file where it goes on. To have it here again, export it there and import that file here.'
      : `Start it on ${where}. To have it here again, transfer it back from there.`,
  );
}
