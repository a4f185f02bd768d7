import { pino } from 'pino';
import { type Claim, claimProfile } from '../../src/lifecycle/claim.ts';
import { markProfile } from '../../src/lifecycle/profile-mark.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import type { ProfileStore } from '../../src/profile/profile-store.ts';
import { movedTo } from '../../src/state/moved-session.ts';
import type { StateStore } from '../../src/state/state-store.ts';

const log = pino({ level: 'silent' });

/** Claims profiles as the service does, for a browser that is played. */
export function realClaim({
  dataDir,
  profiles,
  store,
}: {
  dataDir: string;
  profiles: ProfileStore;
  store: StateStore;
}): (session: string) => Promise<Claim> {
  const deps = {
    ...{ paths: dataPaths(dataDir), profiles, log, minFreeBytes: 0 },
    browserVersion: async () => '156.0.0.0',
    mark: (name: string) => markProfile({ profiles, store, log }, name),
    beforeUpgrade: async () => undefined,
    movedGeneration: (name: string) => store.tombstones.generation(name),
    movedTo: (name: string) => movedTo(store, name),
    newestSnapshot: (name: string) => store.snapshots.latest(name),
    wasLinked: (name: string) => store.sessions.get(name)?.caughtUpTo != null,
  };
  return (session) => claimProfile(deps, session);
}
