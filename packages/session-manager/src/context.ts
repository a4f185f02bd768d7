import { type Capture, type CaptureRequest, captureProfile } from '@leadmaster/capture';
import { loadSecrets, type Secrets } from '@leadmaster/service-kit/settings';
import { Slots } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { Adopter } from './adopt/adopter.ts';
import { createBuilds, type Later } from './build-context.ts';
import type { Builds } from './builds/builds.ts';
import type { Config } from './config/config.ts';
import { DiskMonitor } from './disk/monitor.ts';
import { StorageCare } from './disk/storage-care.ts';
import { BrowserFinder } from './engine/browser/browser-finder.ts';
import { createDrillBrowser } from './engine/drill/drill-browser.ts';
import type { SessionEngine } from './engine/engine.ts';
import { WwebjsEngine } from './engine/wwebjs/wwebjs-engine.ts';
import { startHousekeeping } from './housekeeping.ts';
import { claimProfile, lockIdleProfile } from './lifecycle/claim.ts';
import { olderLogin, refuseHeldArrival, setOlderLogin } from './lifecycle/held-back.ts';
import { PlaceKeeper } from './lifecycle/place-keeper.ts';
import { markProfile } from './lifecycle/profile-mark.ts';
import type { SessionGuard } from './lifecycle/session-guard.ts';
import { Sessions } from './lifecycle/sessions.ts';
import { isStartable } from './lifecycle/startable.ts';
import { createMetrics } from './metrics.ts';
import { endLeftBrowsers } from './process/left-browsers.ts';
import { prepareDataFolder } from './profile/data-folder.ts';
import { createProfileStore } from './profile/file-profile-store.ts';
import { realFs } from './profile/files.ts';
import { COMMAND, type LockHandle, lockDataFolder } from './profile/locks.ts';
import { ownDatabase } from './profile/own-file.ts';
import { type DataPaths, dataPaths } from './profile/paths.ts';
import { type PlaceProbe, thisProbe } from './profile/place.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import { finishSwaps } from './profile/swap.ts';
import { newestGood } from './snapshots/known-good.ts';
import { newerInVault } from './snapshots/older-login.ts';
import { SnapshotSchedule } from './snapshots/schedule.ts';
import type { SessionAccess } from './snapshots/session-access.ts';
import { snapshotFigures } from './snapshots/snapshot-figures.ts';
import { Snapshots } from './snapshots/snapshots.ts';
import { sweepStaging } from './snapshots/staging.ts';
import { VaultKeeper } from './snapshots/vault-keeper.ts';
import { movedTo } from './state/moved-session.ts';
import { createStateStore } from './state/sqlite-state-store.ts';
import type { StateStore } from './state/state-store.ts';
import { stagingNames } from './transfer/arriving-files.ts';
import { HttpPeer } from './transfer/http-peer.ts';
import { type SourceDeps, TransferSource } from './transfer/source.ts';
import { liveTransfers, TransferTarget } from './transfer/target.ts';
import { VERSION } from './version.ts';

/** Everything a running service is made of, put together in one place. */
export interface Context {
  config: Config;
  secrets: Secrets;
  paths: DataPaths;
  sessions: Sessions;
  snapshots: Snapshots;
  storage: StorageCare;
  adoption: Adopter;
  /** This machine's sessions on their way to another, and those of others on their way here. */
  departures: TransferSource;
  arrivals: TransferTarget;
  vault: VaultKeeper;
  place: PlaceKeeper;
  builds: Builds;
  browsers: BrowserFinder;
  metrics: Registry;
  log: Logger;
  version: string;
  /** The data folder's lock; tell it where the service listens. */
  lock: LockHandle;
  /** Closes every browser, then the database, then gives the data folder back. */
  close(): Promise<void>;
}

export interface ContextOptions {
  /** Nothing happens by itself and no browser is started for a session: for commands with the service down. */
  offline?: boolean;
  /** The place of the data folder is compared although nothing is started: for a word about it with the service down. */
  comparesPlace?: boolean;
  /** The vault's clock, for proofs that take months. */
  now?: () => Date;
  /** What is asked about the place of the data folder; tests play machines. */
  probe?: PlaceProbe;
  /** What is outside of this process; tests play it. */
  outside?: Partial<Outside>;
}

/** Browsers, and copies of what they have open. */
export interface Outside {
  engine: SessionEngine;
  capture: (request: CaptureRequest) => Promise<Capture>;
}

/** How long a logout or delete waits for the copy of what it removes, and a start for one of what it changes. */
const COPY_MS = 20_000;
/** How long the first starts wait for a vault that does not answer. */
const VAULT_LOOK_MS = 5_000;

/**
 * Takes the data folder and takes up its sessions, without starting any. Whatever fails leaves the folder as it was.
 *
 * @throws LeadMasterError `data_folder_in_use`, `storage_failed`, ...
 */
export async function createContext(config: Config, log: Logger, options: ContextOptions = {}): Promise<Context> {
  const paths = dataPaths(config.dataDir);
  prepareDataFolder(paths);
  const lock = lockDataFolder(paths, options.offline === true ? COMMAND : { port: config.port });
  let store: StateStore | undefined;
  try {
    ownDatabase(paths.database, log);
    store = createStateStore({ file: paths.database, log });
    return await assemble({ config, log, paths, lock, store, options });
  } catch (error) {
    store?.close();
    lock.release();
    throw error;
  }
}

interface Ground {
  config: Config;
  log: Logger;
  paths: DataPaths;
  lock: LockHandle;
  store: StateStore;
  options: ContextOptions;
}

async function assemble(ground: Ground): Promise<Context> {
  const { config, log, paths, lock, store, options } = ground;
  const isOffline = options.offline ?? false;
  const { now } = options;
  const secrets = loadSecrets({ ...config, dataDir: paths.root }, (text) => log.warn(text));
  const profiles = createProfileStore({ dataDir: paths.root, log });
  const browsers = new BrowserFinder(config.chromePath);
  const vault = new VaultKeeper({
    ...{ vault: config.vault, memory: store.vault, paths, mayCreate: !isOffline, log },
    ...(now === undefined ? {} : { now }),
  });
  // Sessions and snapshots need each other: what the first ask of the second goes through these.
  const later: Later = { snapshots: null, sessions: null };
  const drill = createDrillBrowser({ browsers });
  const builds = createBuilds({ config, log, paths, store }, { profiles, browsers, drill, later, copyMs: COPY_MS });
  const sessions = createSessions(ground, { profiles, browsers, builds }, async (session, profileDir) =>
    later.snapshots?.beforeStopped(session, profileDir, 'before_browser_upgrade', COPY_MS),
  );
  later.sessions = sessions;
  const snapshots = new Snapshots({
    ...{ config, paths, profiles, store, vault, log },
    access: isOffline ? withoutBrowsers(sessions, store) : sessions,
    places: new Slots(config.snapshots.concurrency),
    capture: options.outside?.capture ?? captureProfile,
    drill,
    browserVersion: async () => (await browsers.find(false)).version,
  });
  later.snapshots = snapshots;
  const adoption = new Adopter({
    ...{ paths, profiles, access: sessions, log },
    claimInPlace: (session) => sessions.adopt(session),
    movedGeneration: (session) => store.vault.movedGeneration(session),
    browserVersion: async () => (await browsers.find(false)).version,
    minFreeBytes: config.diskMinFreeBytes,
  });
  const transfers = createTransfers(ground, profiles, sessions, browsers, (session, aside) =>
    snapshots.beforeGone(session, aside, 'before_transfer', COPY_MS),
  );
  const storage = new StorageCare({ sessions, profiles, store, config, log });
  const disk = new DiskMonitor({ sessions, profiles, store, path: paths.tokens, config, log });
  sessions.guardWith(guardBy(snapshots, storage, transfers.departures));
  const compareWithVault = comparing(ground, vault, profiles);
  const place = new PlaceKeeper({
    ...{ paths, profiles, store, log, compareWithVault, sessions: () => sessions, starts: !isOffline },
    arriving: () => liveTransfers(store),
    finishArrivals: async () => {
      if (!isOffline) await transfers.arrivals.resume();
    },
    probe: options.probe ?? thisProbe,
  });
  // What is done with the service down brings no login up: the next start of the service compares.
  const verdict = !isOffline || options.comparesPlace ? place.arrive() : null;
  if (!isOffline && verdict !== 'changed') await endLeft(ground, verdict === 'same');
  await cleanUp(ground);
  sessions.lookFirst(async () => {
    if (isOffline) return;
    await place.holdOthers();
    await holdOlder(ground, sessions, compareWithVault);
  });
  await sessions.load();
  if (isOffline && options.comparesPlace) await place.holdOthers();
  if (!isOffline) await transfers.arrivals.resume();
  const metrics = createMetrics(
    () => sessions.supervisors(),
    store.events,
    snapshotFigures(sessions, store),
    () => disk.figures(),
  );
  const ending = isOffline ? [] : startWorkers(ground, { sessions, profiles, snapshots, disk, builds, place });
  return {
    ...{
      config,
      secrets,
      paths,
      sessions,
      snapshots,
      storage,
      adoption,
      vault,
      place,
      builds,
      browsers,
      metrics,
      log,
      lock,
    },
    ...transfers,
    version: VERSION,
    async close() {
      await Promise.all(ending.map((end) => end()));
      await Promise.all([snapshots.close(), sessions.close(), builds.close()]);
      if (!isOffline) place.renew();
      store.close();
      lock.release();
    },
  };
}

/** Notes of linked sessions whether the vault has a newer login than the one in place. Never fails. */
function comparing(
  { store, log }: Ground,
  vault: VaultKeeper,
  profiles: ProfileStore,
): (names: readonly string[], others?: ReadonlySet<string>) => Promise<void> {
  const look = { vault, profiles, store, log, withinMs: VAULT_LOOK_MS };
  return async (names, others) => {
    try {
      const newer = await newerInVault(look, names, others);
      for (const name of names) if (newer.has(name)) setOlderLogin(store.vault, name, newer.get(name) ?? null);
    } catch (error) {
      log.error({ err: error }, 'what the vault has that is newer could not be written down');
    }
  };
}

/** Before the first start: sessions of which the vault has a newer login wait for the operator. */
async function holdOlder(
  { store }: Ground,
  sessions: Sessions,
  compare: (names: readonly string[]) => Promise<void>,
): Promise<void> {
  const linked = store.sessions.all().filter((row) => isStartable(row) && row.reason !== 'older_than_vault');
  await compare(linked.map(({ name }) => name));
  for (const { name, reason } of linked) {
    const isOlder = olderLogin(store.vault, name) !== null;
    // Where it waits for the place as well, that is reported first, and the other once that is accepted.
    if (isOlder && reason !== 'place_changed') await sessions.rest(name, 'older_than_vault');
  }
}

function createSessions(
  ground: Ground,
  { profiles, browsers, builds }: { profiles: ProfileStore; browsers: BrowserFinder; builds: Builds },
  beforeUpgrade: (session: string, profileDir: string) => Promise<void>,
): Sessions {
  const { config, log, paths, store, options } = ground;
  const visible = config.loginMode === 'local';
  const claimDeps = {
    ...{ paths, profiles, log, beforeUpgrade },
    browserVersion: async () => (await browsers.find(visible)).version,
    minFreeBytes: config.diskMinFreeBytes,
    movedGeneration: (name: string) => store.vault.movedGeneration(name),
    movedTo: (name: string) => movedTo(store, name),
    wasLinked: (name: string) => store.sessions.get(name)?.caughtUpTo != null,
    mark: (name: string) => markProfile({ profiles, store, log }, name),
    newestSnapshot: (name: string) => newestGood(store.snapshots.ofLink(name)),
  };
  return new Sessions({
    ...{ config, store, profiles, builds, log },
    places: new Slots(config.startConcurrency),
    engine: options.outside?.engine ?? whatsappWeb(ground, browsers),
    claim: (session) => claimProfile(claimDeps, session),
    lockIdle: (session) => lockIdle(ground, session),
  });
}

/** The engine that an operator's sessions run on. */
function whatsappWeb({ config, paths }: Ground, browsers: BrowserFinder): SessionEngine {
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

function createTransfers(
  ground: Ground,
  profiles: ProfileStore,
  sessions: Sessions,
  browsers: BrowserFinder,
  lastSnapshot: SourceDeps['lastSnapshot'],
): Pick<Context, 'departures' | 'arrivals'> {
  const { config, log, paths, store } = ground;
  const shared = { paths, profiles, store, access: sessions, log };
  return {
    departures: new TransferSource({
      ...shared,
      capture: ground.options.outside?.capture ?? captureProfile,
      lockIdle: (session) => lockIdle(ground, session),
      lastSnapshot,
      connect: (to, key) => new HttpPeer(to, key),
    }),
    arrivals: new TransferTarget({
      ...shared,
      browserVersion: async () => (await browsers.find(false)).version,
      minFreeBytes: config.diskMinFreeBytes,
      refuseHeld: (id, session) => refuseHeldArrival(store.vault, id, session),
    }),
  };
}

function guardBy(snapshots: Snapshots, storage: StorageCare, departures: TransferSource): SessionGuard {
  return {
    before: (session, reason) => snapshots.before(session, reason, COPY_MS),
    stopped: (session) =>
      snapshots.later((signal) =>
        snapshots.create(session, { reason: 'stopped', signal }).finally(() => storage.trimStopped(session)),
      ),
    resting: (session) => storage.trimStopped(session),
    refuseDelete: (session) => departures.refuseDelete(session),
    openTransfer: (session) => departures.openTransfer(session),
    purge: (session, options) => snapshots.purge(session, options),
  };
}

/** The regular work of a service. Returns what ends each part of it. */
function startWorkers(
  { config, log, store }: Ground,
  workers: {
    sessions: Sessions;
    profiles: ProfileStore;
    snapshots: Snapshots;
    disk: DiskMonitor;
    builds: Builds;
    place: PlaceKeeper;
  },
): (() => Promise<void>)[] {
  const { sessions, profiles, snapshots, disk, builds, place } = workers;
  const schedule = new SnapshotSchedule({
    ...{ snapshots, store, log },
    access: sessions,
    config: config.snapshots,
  });
  disk.start();
  builds.start();
  return [
    startHousekeeping({ sessions, profiles, store, place, config, log }),
    async () => schedule.close(),
    () => disk.close(),
  ];
}

/** Sessions as they are with the service down: to start one is to want it to run when the service is back. */
function withoutBrowsers(sessions: Sessions, store: StateStore): SessionAccess {
  return {
    names: () => sessions.names(),
    has: (name) => sessions.has(name),
    get: (name) => sessions.get(name),
    settled: (name) => sessions.get(name),
    start(name) {
      store.sessions.setDesired(name, 'running');
      return sessions.get(name);
    },
    linkedIn: (account, except) => sessions.linkedIn(account, except),
    givenAway: (account, except) => sessions.givenAway(account, except),
    refuseComing: (name, account) => sessions.refuseComing(name, account),
    createFor: (name, loginOf, how) => sessions.createFor(name, loginOf, how),
    discard: (name) => sessions.discard(name),
    hold: (name, task) => sessions.hold(name, task),
    replace: (name, options, task) => sessions.replace(name, options, task),
    moveAway: (name, reason, prove) => sessions.moveAway(name, reason, prove),
    census: async () => null,
  };
}

/** Ends the browsers that an earlier service on this folder left when it was killed; `session`: only this one's. */
function endLeft({ config, log, paths, store }: Ground, isInPlace: boolean, session?: string): Promise<void> {
  const { stopMs } = config.deadlines;
  return endLeftBrowsers({ browsers: store.browsers, profileDir: paths.session, stopMs, log }, isInPlace, session);
}

/** Locks a profile for an order. With the service down, what was left running on this very profile is ended for it first. */
async function lockIdle(ground: Ground, session: string): Promise<{ release(): void }> {
  if (ground.options.offline) await endLeft(ground, false, session);
  return lockIdleProfile(ground.paths, session);
}

/** What an earlier service left when it was killed: half a restore, copies. */
async function cleanUp({ log, paths, store }: Ground): Promise<void> {
  const finished = await finishSwaps(realFs, paths);
  if (finished.length > 0) log.warn({ finished }, 'restores that an earlier service had begun are finished');
  // A transfer to here continues from what has arrived.
  const kept = liveTransfers(store).flatMap((id) => Object.values(stagingNames(id)));
  const swept = await sweepStaging(paths, new Set(kept), (path, err) =>
    log.warn({ err, path }, 'what lies in staging cannot be removed; it takes room and does no other harm'),
  );
  if (swept.length > 0) log.info({ swept }, 'copies that an earlier service left were removed');
}
