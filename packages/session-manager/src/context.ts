import { type Capture, type CaptureRequest, captureProfile } from '@leadmaster/capture';
import { loadSecrets, type Secrets } from '@leadmaster/service-kit/settings';
import { Slots } from '@leadmaster/service-kit/wait';
import type { openStore } from '@leadmaster/vault';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { SessionAccess } from './access/session-access.ts';
import { Adopter } from './adopt/adopter.ts';
import { createBuilds } from './build-context.ts';
import type { Builds } from './builds/builds.ts';
import type { Config } from './config/config.ts';
import { Measurements } from './disk/measurements.ts';
import { DiskMonitor } from './disk/monitor.ts';
import { StorageCare } from './disk/storage-care.ts';
import { BrowserFinder } from './engine/browser/browser-finder.ts';
import { createDrillBrowser, type DrillBrowser } from './engine/drill/drill-browser.ts';
import type { SessionEngine } from './engine/engine.ts';
import { startHousekeeping } from './housekeeping.ts';
import { measureHubs } from './hub-metrics.ts';
import type { BoundsOrders } from './lifecycle/bounds-orders.ts';
import { lockIdleProfile } from './lifecycle/claim.ts';
import { FirstLook } from './lifecycle/first-look.ts';
import { refuseHeldTransfer, setOlderLogin, trashOwnSince } from './lifecycle/held-back.ts';
import { HubRegistry } from './lifecycle/hub-registry.ts';
import { createLifecycle, type Lifecycle } from './lifecycle/lifecycle.ts';
import { PlaceKeeper } from './lifecycle/place-keeper.ts';
import { ProfileAccess } from './lifecycle/profile-access.ts';
import { Roster } from './lifecycle/roster.ts';
import { SessionOrders } from './lifecycle/session-orders.ts';
import { Sessions } from './lifecycle/sessions.ts';
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
import { transferNames } from './profile/staging-names.ts';
import { finishSwaps } from './profile/swap.ts';
import { HubBackups } from './snapshots/hub-backups.ts';
import { LoginCopies } from './snapshots/login-copies.ts';
import { laterInVault, newerInVault } from './snapshots/older-login.ts';
import { SnapshotSchedule } from './snapshots/schedule.ts';
import { snapshotFigures } from './snapshots/snapshot-figures.ts';
import { Snapshots } from './snapshots/snapshots.ts';
import { sweepStaging } from './snapshots/staging.ts';
import { SnapshotTurns } from './snapshots/turns.ts';
import { VaultKeeper } from './snapshots/vault-keeper.ts';
import { claiming, wwebjsEngine } from './start-context.ts';
import { createStateStore } from './state/sqlite-state-store.ts';
import type { StateStore } from './state/state-store.ts';
import { openArrivals } from './transfer/arrival-facts.ts';
import { openDepartures, sessionsUnderWay } from './transfer/departure-facts.ts';
import { HttpPeer } from './transfer/http-peer.ts';
import { OpenDepartures } from './transfer/open-departures.ts';
import { TransferSource } from './transfer/source.ts';
import { liveTransfers, TransferTarget } from './transfer/target.ts';
import { TrashBin } from './trash/trash-bin.ts';
import { VERSION } from './version.ts';

/** Everything a running service is made of, put together in one place. */
export interface Context {
  config: Config;
  secrets: Secrets;
  paths: DataPaths;
  sessions: Sessions;
  /** The sessions by name, and what may be asked of them and their profiles. */
  roster: Roster;
  access: SessionAccess;
  snapshots: Snapshots;
  storage: StorageCare;
  adoption: Adopter;
  trash: TrashBin;
  /** This machine's sessions on their way to another, and those of others on their way here. */
  departures: TransferSource;
  arrivals: TransferTarget;
  vault: VaultKeeper;
  place: PlaceKeeper;
  hubs: HubRegistry;
  hubBackups: HubBackups;
  bounds: BoundsOrders;
  builds: Builds;
  browsers: Outside['browsers'];
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

/** Browsers, disks and stores: all that the service does not decide by itself. */
export interface Outside {
  browsers: Pick<BrowserFinder, 'find'>;
  engine: SessionEngine;
  drill: DrillBrowser;
  capture: (request: CaptureRequest) => Promise<Capture>;
  openStore: typeof openStore;
  /** Stands around the database. */
  store: (store: StateStore) => StateStore;
}

/** How long the first starts wait for a vault that does not answer. */
const VAULT_LOOK_MS = 5_000;

/**
 * Takes the data folder and takes up its sessions, without starting any. A failure leaves the folder as it was.
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
    const database = createStateStore({ file: paths.database, log });
    store = options.outside?.store?.(database) ?? database;
    return await assemble({ config, log, paths, lock, store, options });
  } catch (error) {
    store?.close();
    lock.release();
    throw error;
  }
}

/** What is open before anything is put together on it. */
interface Opened {
  config: Config;
  log: Logger;
  paths: DataPaths;
  lock: LockHandle;
  store: StateStore;
  options: ContextOptions;
}

async function assemble(opened: Opened): Promise<Context> {
  const { config, log, paths, lock, store, options } = opened;
  const isOffline = options.offline ?? false;
  const { now, outside = {} } = options;
  const secrets = loadSecrets({ ...config, dataDir: paths.root }, (text) => log.warn(text));
  const profiles = createProfileStore({ dataDir: paths.root, log });
  const browsers = outside.browsers ?? new BrowserFinder(config.chromePath);
  const vault = new VaultKeeper({
    ...{ vault: config.vault, memory: store, paths, mayCreate: !isOffline, log },
    ...(now === undefined ? {} : { now }),
    ...(outside.openStore === undefined ? {} : { openStore: outside.openStore }),
  });
  const capture = outside.capture ?? captureProfile;
  const drill = outside.drill ?? createDrillBrowser({ browsers });
  const browserVersion = async (): Promise<string> => (await browsers.find(false)).version;
  const { diskMinFreeBytes: minFreeBytes, storageWarnBytes: warnBytes } = config;
  const base = { config, paths, profiles, store, log };

  // What asks nothing of sessions, so that sessions may ask it.
  const turns = new SnapshotTurns(new Slots(config.snapshots.concurrency), log);
  const copies = new LoginCopies({ ...base, vault, capture }, turns);
  const refuseHeld = (id: string, session: string): void => refuseHeldTransfer(store.facts, id, session);
  const departing = new OpenDepartures({ profiles, store, refuseHeld });
  const measurements = new Measurements({ profiles, store, log, warnBytes });
  const compareWithVault = comparing(opened, vault, profiles);

  // Sessions, from the empty list of their names to all that may be asked of them.
  const roster = new Roster(profiles);
  const lockIdle = (session: string) => lockForOrder(opened, session);
  const profileAccess = new ProfileAccess({ roster, profiles, store, lockIdle, log });
  const builds = createBuilds(base, { profiles, browsers, drill, copies, roster, profileAccess });
  const firstLook = new FirstLook({ roster, store, compareWithVault });
  const lifecycle = createLifecycle({
    ...{ config, store, profiles, builds, log, roster, profileAccess, measurements, lockIdle },
    places: new Slots(config.startConcurrency),
    engine: outside.engine ?? wwebjsEngine(base, browsers),
    claim: claiming(base, browsers, copies),
    openTransfer: (session) => departing.openTransfer(session),
    firstLook: async () => {
      if (!isOffline) await firstLook.look();
    },
    startsBrowsers: !isOffline,
  });
  const { access, registry } = lifecycle;

  // What is done with their profiles.
  const snapshots = new Snapshots({ ...base, vault, capture, drill, access, browserVersion, turns, copies });
  const storage = new StorageCare({ access, profileAccess, measurements, profiles, store, config, log });
  const disk = new DiskMonitor({ roster, measurements, profiles, store, path: paths.tokens, config, log });
  const adoption = new Adopter({
    ...{ paths, profiles, access, log, browserVersion, minFreeBytes },
    async adoptInPlace(session) {
      await registry.adopt(session);
      await measurements.measure(session);
    },
    movedGeneration: (session) => store.tombstones.generation(session),
  });
  const departures = new TransferSource({
    ...{ paths, profiles, store, access, log, capture, lockIdle, refuseHeld },
    lastSnapshot: (session, aside) => copies.setAside(session, aside, 'before_transfer'),
    connect: (to, key) => new HttpPeer(to, key),
  });
  const arrivals = new TransferTarget({
    ...{ paths, profiles, store, access, log, browserVersion, minFreeBytes, refuseHeld },
    holdOlder: (names) => firstLook.holdOlder((name) => names.includes(name)),
  });

  const trash = new TrashBin({
    ...{ profiles, access, store, log },
    limits: { days: config.retention.trashDays, bytes: config.retention.trashBytes },
    isUnderWay: (session) =>
      sessionsUnderWay(store).has(session) || openArrivals(store.transfers).some((each) => each.session === session),
    ownSince: () => trashOwnSince(store.facts),
    laterInVault: (session, login) => laterInVault({ vault, log, withinMs: VAULT_LOOK_MS }, session, login),
    async measure(session) {
      await measurements.measure(session).catch((err: unknown) => {
        log.warn({ session, err }, 'what came back from the trash could not be measured');
      });
    },
  });

  // What people order, and what HTTP is answered by.
  const orders = new SessionOrders({ ...lifecycle, store, profiles, log, snapshots, storage, departures: departing });
  const sessions = new Sessions({ ...lifecycle, store, profiles, log, orders });
  const hubs = new HubRegistry(store, config.retention.keepBytes);
  const place = new PlaceKeeper({
    ...{ paths, profiles, store, log, compareWithVault, roster },
    starts: isOffline ? null : lifecycle.starts,
    underWay: () => ({ arrivals: liveTransfers(store), departures: openDepartures(store) }),
    finishArrivals: async () => {
      if (!isOffline) await arrivals.resume();
    },
    probe: options.probe ?? thisProbe,
  });

  // What is done with the service down brings no login up: the next start of the service compares.
  const verdict = !isOffline || options.comparesPlace ? place.arrive() : null;
  if (!isOffline && verdict !== 'changed') await endLeft(opened, verdict === 'same');
  await cleanUp(opened);
  await sessions.load();
  if (isOffline && options.comparesPlace) await firstLook.holdOthers();
  if (!isOffline) await arrivals.resume();
  const metrics = createMetrics(
    () => roster.supervisors(),
    store.events,
    snapshotFigures(roster, store),
    () => disk.figures(),
  );
  measureHubs(metrics, store);
  const ending = isOffline ? [] : startWorkers(opened, { lifecycle, profiles, snapshots, disk, builds, place });
  return {
    ...{ config, secrets, paths, log, lock, version: VERSION },
    ...{
      sessions,
      snapshots,
      storage,
      adoption,
      trash,
      departures,
      arrivals,
      place,
      hubs,
      hubBackups: new HubBackups(vault),
      builds,
      bounds: lifecycle.bounds,
    },
    ...{ roster, access, vault, browsers, metrics },
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
  { store, log }: Opened,
  vault: VaultKeeper,
  profiles: ProfileStore,
): (names: readonly string[], others?: ReadonlySet<string>) => Promise<void> {
  const look = { vault, profiles, store, log, withinMs: VAULT_LOOK_MS };
  return async (names, others) => {
    try {
      const newer = await newerInVault(look, names, others);
      for (const name of names) if (newer.has(name)) setOlderLogin(store.facts, name, newer.get(name) ?? null);
    } catch (error) {
      log.error({ err: error }, 'what the vault has that is newer could not be written down');
    }
  };
}

/** The regular work of a service. Returns what ends each part of it. */
function startWorkers(
  { config, log, store }: Opened,
  workers: {
    lifecycle: Lifecycle;
    profiles: ProfileStore;
    snapshots: Snapshots;
    disk: DiskMonitor;
    builds: Builds;
    place: PlaceKeeper;
  },
): (() => Promise<void>)[] {
  const { lifecycle, profiles, snapshots, disk, builds, place } = workers;
  const schedule = new SnapshotSchedule({
    ...{ snapshots, store, log },
    access: lifecycle.access,
    config: config.snapshots,
  });
  disk.start();
  builds.start();
  return [
    startHousekeeping({ lifecycle, profiles, store, place, config, log }),
    async () => schedule.close(),
    () => disk.close(),
  ];
}

/** Ends the browsers that an earlier service on this folder left when it was killed; `session`: only this one's. */
function endLeft({ config, log, paths, store }: Opened, isInPlace: boolean, session?: string): Promise<void> {
  const { stopMs } = config.deadlines;
  return endLeftBrowsers({ browsers: store.browsers, profileDir: paths.session, stopMs, log }, isInPlace, session);
}

/** Locks a profile for an order. With the service down, what was left running on this very profile is ended for it first. */
async function lockForOrder(opened: Opened, session: string): Promise<{ release(): void }> {
  if (opened.options.offline) await endLeft(opened, false, session);
  return lockIdleProfile(opened.paths, session);
}

/** What an earlier service left when it was killed: half a restore, copies. */
async function cleanUp({ log, paths, store }: Opened): Promise<void> {
  const finished = await finishSwaps(realFs, paths);
  if (finished.length > 0) log.warn({ finished }, 'restores that an earlier service had begun are finished');
  // A transfer to here continues from what has arrived.
  const kept = liveTransfers(store).flatMap((id) => Object.values(transferNames(id)));
  const swept = await sweepStaging(paths, new Set(kept), (path, err) =>
    log.warn({ err, path }, 'what was left in staging cannot be removed; it takes room and does no other harm'),
  );
  if (swept.length > 0) log.info({ swept }, 'copies that an earlier service left were removed');
}
