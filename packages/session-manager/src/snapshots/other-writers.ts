import { accountLabel, LeadMasterError } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import type { StateStore } from '../state/state-store.ts';
import { isOfOtherWriter } from './other-account.ts';
import { isOfAnother } from './own-link.ts';
import { extraOf } from './snapshot-facts.ts';
import type { VaultKeeper } from './vault-keeper.ts';

interface WriterDeps {
  store: Pick<StateStore, 'sessions'>;
  vault: Pick<VaultKeeper, 'installation'>;
}

/**
 * Whether a snapshot is another installation's on the same vault: written there, and no state of a login that this one has.
 * A session that is not linked here, or has moved away, has none. What is not known of a login that is here proves nothing:
 * a machine that took over from another keeps the history that it found.
 */
export function isOtherWriters({ store, vault }: WriterDeps, session: string, info: SnapshotInfo): boolean {
  if (!isOfOtherWriter(info, vault)) return false;
  const row = store.sessions.get(session);
  if (row === null || row.caughtUpTo === null || row.state === 'MOVED') return true;
  return isOfAnother(extraOf(info).account, row.account);
}

/**
 * Refuses to remove for good what another installation has written.
 *
 * @throws LeadMasterError `other_writer`, with the writers and how many snapshots each has.
 */
export function refuseOtherWriters(
  deps: WriterDeps,
  session: string,
  going: readonly SnapshotInfo[],
  hint: string,
): void {
  const theirs = going.filter((info) => isOtherWriters(deps, session, info));
  if (theirs.length === 0) return;
  const count = theirs.length === 1 ? '1 snapshot' : `${theirs.length} snapshots`;
  throw new LeadMasterError(
    'other_writer',
    `${count} of ${session} in the vault ${theirs.length === 1 ? 'was' : 'were'} written by another installation: ${writersOf(theirs)}`,
    `Nothing was changed. ${hint}`,
    { extra: { snapshots: theirs.map(({ id }) => id) } },
  );
}

/** Each writer once, with its host, the number of its snapshots and the account of the newest. */
function writersOf(theirs: readonly SnapshotInfo[]): string {
  const writers = Map.groupBy(theirs.map(extraOf), ({ writer }) => writer?.id);
  return [...writers.values()]
    .map((of) => {
      const { writer, account } = of.at(-1) ?? {};
      return `${writer?.host} (${of.length}, ${account == null ? 'account unknown' : accountLabel(account)})`;
    })
    .join(', ');
}
