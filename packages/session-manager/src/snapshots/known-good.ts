import type { SnapshotRow } from '../state/state-store.ts';

/** The newest snapshot from before a moment that nobody has found damaged; null when none is known here. */
export function newestGoodSnapshot(snapshots: readonly SnapshotRow[], before: string): string | null {
  const good = snapshots.filter(({ at, verified }) => at < before && verified !== false);
  return good.sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.id ?? null;
}
