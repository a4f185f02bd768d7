import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { BrowserFinder } from './engine/browser/browser-finder.ts';
import type { SessionEngine } from './engine/engine.ts';
import { WwebjsEngine } from './engine/wwebjs/wwebjs-engine.ts';
import { claimProfile } from './lifecycle/claim.ts';
import { markProfile } from './lifecycle/profile-mark.ts';
import type { SupervisorDeps } from './lifecycle/supervisor-deps.ts';
import type { DataPaths } from './profile/paths.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import { writeBounds } from './profile/record-bounds.ts';
import { newestGood } from './snapshots/known-good.ts';
import type { LoginCopies } from './snapshots/login-copies.ts';
import { movedTo } from './state/moved-session.ts';
import type { StateStore } from './state/state-store.ts';

/** What a start needs to know of its machine. */
interface StartBase {
  config: Config;
  log: Logger;
  paths: DataPaths;
  store: StateStore;
  profiles: ProfileStore;
}

/** Takes a profile for this process before its browser is launched, or says why not. */
export function claiming(
  { config, log, paths, store, profiles }: StartBase,
  browsers: Pick<BrowserFinder, 'find'>,
  copies: LoginCopies,
): SupervisorDeps['claim'] {
  const visible = config.loginMode === 'local';
  const deps = {
    ...{ paths, profiles, log },
    beforeUpgrade: async (name: string, profileDir: string) => {
      await copies.stopped(name, profileDir, 'before_browser_upgrade');
    },
    browserVersion: async () => (await browsers.find(visible)).version,
    minFreeBytes: config.diskMinFreeBytes,
    movedGeneration: (name: string) => store.tombstones.generation(name),
    movedTo: (name: string) => movedTo(store, name),
    wasLinked: (name: string) => store.sessions.get(name)?.caughtUpTo != null,
    mark: async (name: string) => {
      await writeBounds(profiles, name, store.bounds.of(name));
      await markProfile({ profiles, store, log }, name);
    },
    newestSnapshot: (name: string) => newestGood(store.snapshots.ofLink(name)),
  };
  return (session) => claimProfile(deps, session);
}

/** The engine that an operator's sessions run on. */
export function wwebjsEngine({ config, paths }: StartBase, browsers: Pick<BrowserFinder, 'find'>): SessionEngine {
  return new WwebjsEngine({
    browsers,
    chromeArgs: config.chromeArgs,
    webCacheDir: paths.webCache,
    launchMs: config.deadlines.launchMs,
    loadMs: config.deadlines.loadMs,
    probeMs: config.probe.intervalMs,
    qrRounds: config.qrRounds,
  });
}
