import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from './config/config.ts';
import { loadSecrets, type Secrets } from './config/secrets.ts';
import { BrowserFinder } from './engine/browser/browser-finder.ts';
import { WwebjsEngine } from './engine/wwebjs/wwebjs-engine.ts';
import { startHousekeeping } from './housekeeping.ts';
import { claimProfile } from './lifecycle/claim.ts';
import { SessionRegistry } from './lifecycle/session-registry.ts';
import { Slots } from './lifecycle/slots.ts';
import { createMetrics } from './metrics.ts';
import { endOrphans } from './process/orphans.ts';
import { prepareDataFolder } from './profile/data-folder.ts';
import { createProfileStore } from './profile/file-profile-store.ts';
import { type LockHandle, lockDataFolder } from './profile/locks.ts';
import { type DataPaths, dataPaths } from './profile/paths.ts';
import { createStateStore } from './state/sqlite-state-store.ts';
import type { StateStore } from './state/state-store.ts';

/** Everything a running service is made of, put together in one place. */
export interface Context {
  config: Config;
  secrets: Secrets;
  paths: DataPaths;
  sessions: SessionRegistry;
  browsers: BrowserFinder;
  metrics: Registry;
  log: Logger;
  version: string;
  /** The data folder's lock; tell it where the service listens. */
  lock: LockHandle;
  /** Closes every browser, then the database, then gives the data folder back. */
  close(): Promise<void>;
}

export const VERSION: string = (createRequire(import.meta.url)('../package.json') as { version: string }).version;

/**
 * Takes the data folder and takes up its sessions, without starting any. Whatever fails leaves the folder as it was.
 *
 * @throws LeadMasterError `data_folder_in_use`, `storage_failed`, ...
 */
export async function createContext(config: Config, log: Logger): Promise<Context> {
  const paths = dataPaths(config.dataDir);
  prepareDataFolder(paths);
  const lock = lockDataFolder(paths, { port: config.port });
  let store: StateStore | undefined;
  try {
    const secrets = loadSecrets({ ...config, dataDir: paths.root }, (text) => log.warn(text));
    store = createStateStore({ file: paths.database, log });
    const state = store;
    await sweepOrphans(state, config, log);
    const profiles = createProfileStore({ dataDir: paths.root, log });
    const browsers = new BrowserFinder(config.chromePath);
    const visible = config.loginMode === 'local';
    const sessions = new SessionRegistry({
      config,
      store: state,
      profiles,
      log,
      places: new Slots(config.startConcurrency),
      engine: new WwebjsEngine({
        browsers,
        chromeArgs: config.chromeArgs,
        webVersion: config.webVersion,
        webCacheDir: paths.webCache,
        launchMs: config.deadlines.launchMs,
        loadMs: config.deadlines.loadMs,
        probeMs: config.probe.intervalMs,
        qrRounds: config.qrRounds,
      }),
      claim: (session) =>
        claimProfile(
          {
            paths,
            profiles,
            log,
            browserVersion: async () => (await browsers.find(visible)).version,
            minFreeBytes: config.diskMinFreeBytes,
            wasLinked: (name) => state.sessions.get(name)?.caughtUpTo != null,
          },
          session,
        ),
    });
    await sessions.load();
    const metrics = createMetrics(() => sessions.supervisors(), state.events);
    const stopHousekeeping = startHousekeeping({ sessions, profiles, store: state, config, log });
    return {
      config,
      secrets,
      paths,
      sessions,
      browsers,
      metrics,
      log,
      version: VERSION,
      lock,
      async close() {
        await stopHousekeeping();
        await sessions.close();
        state.close();
        lock.release();
      },
    };
  } catch (error) {
    store?.close();
    lock.release();
    throw error;
  }
}

/** Browsers that a killed service left behind end before any session may start. */
async function sweepOrphans(store: StateStore, config: Config, log: Logger): Promise<void> {
  const reports = await endOrphans(store.browsers.all(), { termMs: config.deadlines.stopMs, killMs: 5_000 });
  for (const report of reports) {
    if (report.outcome !== 'survived') store.browsers.clear(report.session);
    log[report.outcome === 'gone' ? 'debug' : 'warn'](report, 'a browser was left by an earlier service');
  }
}
