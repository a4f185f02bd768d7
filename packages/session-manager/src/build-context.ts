import type { Logger } from 'pino';
import type { GuardedSessions } from './builds/build-deps.ts';
import { Builds } from './builds/builds.ts';
import { pageNetwork } from './builds/page-network.ts';
import { KeptPages } from './builds/pages.ts';
import { profileNumbers } from './builds/profile-numbers.ts';
import { NEEDED_FEATURES } from './builds/trial.ts';
import type { Config } from './config/config.ts';
import type { BrowserFinder } from './engine/browser/browser-finder.ts';
import { userAgent } from './engine/browser/flags.ts';
import type { DrillBrowser } from './engine/drill/drill-browser.ts';
import type { ProfileAccess } from './lifecycle/profile-access.ts';
import type { Roster } from './lifecycle/roster.ts';
import type { DataPaths } from './profile/paths.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import type { LoginCopies } from './snapshots/login-copies.ts';
import type { StateStore } from './state/state-store.ts';

/** What is known of builds of WhatsApp Web here, and who runs which. */
export function createBuilds(
  { config, log, paths, store }: { config: Config; log: Logger; paths: DataPaths; store: StateStore },
  parts: {
    profiles: ProfileStore;
    browsers: Pick<BrowserFinder, 'find'>;
    drill: DrillBrowser;
    copies: LoginCopies;
    roster: Roster;
    profileAccess: ProfileAccess;
  },
): Builds {
  const { profiles, browsers, drill, copies, roster, profileAccess } = parts;
  const { deadlines, guard } = config;
  const settings = {
    pinned: config.webVersion,
    isGuarded: guard.isOn,
    canary: guard.canary,
    readyMs: deadlines.launchMs + deadlines.loadMs + deadlines.syncMs,
    passMs: guard.trialMs,
    quietMs: guard.quietMs,
    lookMs: guard.lookMs,
    pauseMs: guard.pauseMs,
  };
  const agent = async (): Promise<string> => userAgent((await browsers.find(false)).major);
  const deps = {
    ...{ settings, store, profiles, log },
    pages: new KeptPages(paths.webCache),
    network: pageNetwork(config.chromeArgs, agent),
    numbers: (session: string, profileDir: string, signal: AbortSignal) =>
      profileNumbers({ paths, profiles, drill, log }, session, profileDir, signal),
    copy: (session: string, profileDir: string) => copies.stopped(session, profileDir, 'before_build_change'),
    now: () => new Date(),
  };
  return new Builds(deps, guardedSessions(store, roster, profileAccess));
}

function guardedSessions(store: StateStore, roster: Roster, profileAccess: ProfileAccess): GuardedSessions {
  const newest = (name: string): string => store.snapshots.latest(name)?.at ?? '';
  return {
    candidates: () => {
      const wanted = store.sessions.all().filter(({ desired }) => desired === 'running');
      return wanted.map(({ name }) => name).sort((a, b) => (newest(a) < newest(b) ? 1 : -1));
    },
    look: (session) => {
      const supervisor = roster.find(session);
      if (supervisor === null) return null;
      const { state, reason, runtime } = supervisor.view;
      const running = runtime === null ? null : (store.builds.session(session)?.running ?? null);
      const { build, features } = supervisor.capabilities.view;
      // What was proven of another build says nothing of this one.
      const broken = build === running ? NEEDED_FEATURES.filter((feature) => features[feature] === 'broken') : [];
      return { state, reason, running, broken };
    },
    restart: async (session) => {
      await profileAccess.whileStopped(session, { restart: true, reason: 'build_change' }, async () => undefined);
    },
  };
}
