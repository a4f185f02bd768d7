import { type Account, sameLink } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import type { StateStore } from '../state/state-store.ts';
import { areDifferent } from './other-account.ts';
import { extraOf } from './snapshot-facts.ts';
import type { VaultKeeper } from './vault-keeper.ts';

interface LinkDeps {
  store: Pick<StateStore, 'sessions' | 'snapshots'>;
  vault: Pick<VaultKeeper, 'installation'>;
}

/**
 * The link of this installation that a snapshot was taken of, as its manifest tells it: what the database did not come to
 * hear, because a crash came between the vault and it. Null where that is not known, or where another installation took it.
 */
export function linkOfSnapshot({ store, vault }: LinkDeps, session: string, info: SnapshotInfo): number | null {
  const { writer, imported, link, account } = extraOf(info);
  if (writer?.id !== vault.installation() || imported !== undefined) return null;
  const row = store.sessions.get(session);
  // A database that was put back may give a number a second time.
  return row !== null && isOfAnother(account, row.account) ? null : (link ?? null);
}

/**
 * Settles which of the snapshots from before links had numbers are of the session's present one: all that are not proven to
 * be of another account, or of another link of it.
 */
export function settleGuess(
  { store }: Pick<LinkDeps, 'store'>,
  session: string,
  history: readonly SnapshotInfo[],
): void {
  const guessed = new Set(store.snapshots.guessed(session));
  const own = store.sessions.get(session)?.account ?? null;
  if (guessed.size === 0 || own === null) return;
  const other = history.filter((info) => guessed.has(info.id) && isOfAnother(extraOf(info).account, own));
  store.snapshots.settleGuess(
    session,
    other.map(({ id }) => id),
  );
}

/** Whether two logins are proven to be of different accounts, or of different links of one. */
export function isOfAnother(one: Account | null, other: Account | null): boolean {
  return areDifferent(one, other) || (one !== null && other !== null && sameLink(one, other) === false);
}
