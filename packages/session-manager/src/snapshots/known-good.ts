import { isLoginErased } from '@leadmaster/protocol';
import type { SnapshotRow, StateStore } from '../state/state-store.ts';

/** The newest snapshot from before a moment that nobody has found damaged; null when none is known here. */
export function newestGoodSnapshot(snapshots: readonly SnapshotRow[], before: string): string | null {
  const good = snapshots.filter(({ at, verified }) => at < before && verified !== false);
  return good.sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.id ?? null;
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
