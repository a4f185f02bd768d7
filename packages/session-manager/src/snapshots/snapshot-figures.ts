import type { SessionAccess } from '../access/session-access.ts';
import type { SnapshotFigures } from '../snapshot-metrics.ts';
import type { StateStore } from '../state/state-store.ts';

/** How every session stands with its snapshots, from what this machine remembers: no vault is asked. */
export function snapshotFigures(access: Pick<SessionAccess, 'names'>, { snapshots }: StateStore): SnapshotFigures {
  return {
    perSession: () =>
      access.names().map((session) => {
        const verified = snapshots.ofLink(session).flatMap(({ verifiedAt }) => verifiedAt ?? []);
        return {
          session,
          lastAt: snapshots.latest(session)?.at ?? null,
          lastVerifiedAt: verified.sort().at(-1) ?? null,
          lastFailedAt: snapshots.failure(session)?.at ?? null,
        };
      }),
  };
}
