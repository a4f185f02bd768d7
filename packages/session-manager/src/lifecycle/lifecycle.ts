import type { SessionAccess } from '../access/session-access.ts';
import type { Measurements } from '../disk/measurements.ts';
import type { StateStore } from '../state/state-store.ts';
import { BoundsOrders } from './bounds-orders.ts';
import { countUses } from './capabilities/uses.ts';
import { LinkedLogins } from './linked-logins.ts';
import { Outbox } from './outbox.ts';
import type { ProfileAccess } from './profile-access.ts';
import type { Roster } from './roster.ts';
import { sessionAccess } from './session-access.ts';
import { SessionRegistry } from './session-registry.ts';
import { SessionStarts } from './session-starts.ts';
import { SessionViews } from './session-views.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';
import { UsageHistory } from './usage-history.ts';

export interface LifecycleDeps extends Omit<SupervisorDeps, 'outbox' | 'linkedIn' | 'comeBack'> {
  roster: Roster;
  profileAccess: ProfileAccess;
  measurements: Measurements;
  /** What is to be done about a session that another machine may not have taken yet; null for any other. */
  openTransfer: (session: string) => Promise<string | null>;
  /** Runs once, before the first session is started. */
  firstLook: () => Promise<void>;
  /** With the service down, to start a session is to note that the service is to run it. */
  startsBrowsers: boolean;
}

/** The sessions of a machine as far as they need neither snapshots nor transfers. */
export interface Lifecycle extends Pick<LifecycleDeps, 'roster' | 'profileAccess' | 'measurements'> {
  outbox: Outbox;
  bounds: BoundsOrders;
  registry: SessionRegistry;
  views: SessionViews;
  starts: SessionStarts;
  access: SessionAccess;
  usage: UsageHistory;
  /** Aborted when the service ends. */
  closing: AbortController;
}

/** Puts the lifecycle together, from the roster of names to what others may ask of sessions. */
export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const { roster, profileAccess, measurements, store, profiles, log, openTransfer, firstLook } = deps;
  const closing = new AbortController();
  const outbox = new Outbox({ store, log, standing: (name) => roster.find(name)?.standing ?? null });
  const logins = new LinkedLogins(roster, store);
  const registry = new SessionRegistry({
    ...{ roster, logins, outbox, store, profiles },
    supervisor: {
      ...deps,
      outbox,
      linkedIn: (account, except) => logins.linkedIn(account, except),
      comeBack: (name) => roster.find(name)?.comeBack(),
    },
  });
  const views = new SessionViews({ ...deps, openTransfer, closing: closing.signal });
  const starts = new SessionStarts({ roster, logins, store, profiles, firstLook });
  countUses(store.events, (name) => roster.find(name)?.capabilities ?? null);
  const access = sessionAccess({
    ...{ roster, registry, logins, profileAccess, views },
    starts: deps.startsBrowsers ? starts : wantedLater(store),
  });
  return {
    roster,
    profileAccess,
    measurements,
    outbox,
    bounds: new BoundsOrders({ store, profiles, outbox, log }),
    registry,
    views,
    starts,
    access,
    closing,
    usage: new UsageHistory(),
  };
}

function wantedLater({ sessions }: StateStore): Pick<SessionStarts, 'start'> {
  return { start: async (name) => sessions.setDesired(name, 'running') };
}
