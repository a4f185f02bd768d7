import { isLoginErased } from '@leadmaster/protocol';
import { sequenceOf } from '@leadmaster/vault';
import type { SnapshotRow } from '../state/rows.ts';
import type { StateStore } from '../state/state-store.ts';

/** The snapshot that was taken last, of those that are not known to be damaged; null when there is none. Dates may be wrong. */
export function newestGood(snapshots: readonly SnapshotRow[]): SnapshotRow | null {
  const good = snapshots.filter(({ verified }) => verified !== false);
  return good.sort((a, b) => sequenceOf(b.id) - sequenceOf(a.id))[0] ?? null;
}

/** The newest snapshot from before a moment that is not known to be damaged; null when none is known here. */
export function newestGoodSnapshot(snapshots: readonly SnapshotRow[], before: string): string | null {
  return newestGood(snapshots.filter(({ at }) => at < before))?.id ?? null;
}

/** Whether the page has erased the login: the profile still looks like one, and holds none. */
export function isErased({ store }: { store: Pick<StateStore, 'sessions'> }, session: string): boolean {
  const row = store.sessions.get(session);
  return row !== null && isLoginErased(row);
}

/** Whether the profile in place holds no login of the session's own: the page erased it, or a wrong account waits in it. */
export function holdsNoOwnLogin({ store }: { store: Pick<StateStore, 'sessions'> }, session: string): boolean {
  const wrong = store.sessions.get(session)?.wrongAccount ?? null;
  return wrong !== null || isErased({ store }, session);
}
