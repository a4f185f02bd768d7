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
import type { Sessions } from './lifecycle/sessions.ts';
import type { DataPaths } from './profile/paths.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import type { Snapshots } from './snapshots/snapshots.ts';
import type { StateStore } from './state/state-store.ts';

/** What is put together after those who need it. */
export interface Later {
  snapshots: Snapshots | null;
  sessions: Sessions | null;
}

/** What is known of builds of WhatsApp Web here, and who runs which. */
export function createBuilds(
  { config, log, paths, store }: { config: Config; log: Logger; paths: DataPaths; store: StateStore },
  parts: {
    profiles: ProfileStore;
    browsers: Pick<BrowserFinder, 'find'>;
    drill: DrillBrowser;
    later: Later;
    copyMs: number;
  },
): Builds {
  const { profiles, browsers, drill, later, copyMs } = parts;
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
    copy: (session: string, profileDir: string) =>
      copied(store, later.snapshots, { session, profileDir, withinMs: copyMs }),
    now: () => new Date(),
  };
  return new Builds(deps, guardedSessions(store, later));
}

/** Whether a copy was taken of a login that the next build may change for good. */
async function copied(
  store: StateStore,
  snapshots: Snapshots | null,
  what: { session: string; profileDir: string; withinMs: number },
): Promise<boolean> {
  const { session, profileDir, withinMs } = what;
  const begun = Date.now();
  await snapshots?.beforeStopped(session, profileDir, 'before_build_change', withinMs);
  const failed = store.snapshots.failure(session);
  return Date.now() - begun < withinMs && (failed === null || Date.parse(failed.at) < begun);
}

function guardedSessions(store: StateStore, later: Later): GuardedSessions {
  const newest = (name: string): string => store.snapshots.latest(name)?.at ?? '';
  return {
    candidates: () => {
      const wanted = store.sessions.all().filter(({ desired }) => desired === 'running');
      return wanted.map(({ name }) => name).sort((a, b) => (newest(a) < newest(b) ? 1 : -1));
    },
    look: (session) => {
      const supervisor = later.sessions?.supervisors().find(({ name }) => name === session);
      if (supervisor === undefined) return null;
      const { state, reason, runtime } = supervisor.view;
      const running = runtime === null ? null : (store.builds.session(session)?.running ?? null);
      const { build, features } = supervisor.capabilities.view;
      // What was proven of another build says nothing of this one.
      const broken = build === running ? NEEDED_FEATURES.filter((feature) => features[feature] === 'broken') : [];
      return { state, reason, running, broken };
    },
    restart: async (session) => {
      await later.sessions?.whileStopped(session, { restart: true, reason: 'build_change' }, async () => undefined);
    },
  };
}
