import { refuseTakenPorts } from '@leadmaster/service-kit/http';
import { createServiceLog } from '@leadmaster/service-kit/log';
import { Ending, type HostedService } from '@leadmaster/service-kit/process';
import { type Env, loadSecrets } from '@leadmaster/service-kit/settings';
import { readHubConfig } from './config/index.ts';
import { holdDatabase } from './hold.ts';
import type { HostRoute } from './http/host-routes.ts';
import { listeningOf } from './listening.ts';
import { type Answering, goLive, type LiveOptions } from './live.ts';
import type { LocalMachine } from './machines/local.ts';
import { loadSeal } from './secrets/seal.ts';
import { type HubStore, openStore } from './store/index.ts';
import { isAway, waitForStore } from './waiting.ts';

const LEASE_S = 15;

/** A hub that runs in this process. */
export interface RunningHub extends HostedService {
  /** Where it answers, such as `http://127.0.0.1:3012`. */
  url: string;
  /** The exit code, once it has ended: 0 in order, 1 when something was left. */
  finished: Promise<number>;
}

export interface HubOptions {
  env: Env;
  version: string;
  /** The session manager of the same process. */
  local?: LocalMachine | null;
  /** The folder of the built dashboard; null, or one that is not there: no page is served. */
  dashboard?: string | null;
  /** Routes that the host of the hub adds for the operator. */
  hostRoutes?: readonly HostRoute[];
  logTo?: 'stdout' | 'stderr';
  /** How long another hub waits for a machine's log after this one has died; 15 s unless given. */
  leaseSeconds?: number;
}

/**
 * Starts the hub: opens its store, answers HTTP, and reads the logs of all machines. Where its database does not answer yet, it
 * answers that, and opens later.
 *
 * @throws LeadMasterError for what keeps it from starting, ConfigError for settings that are out of rule.
 */
export async function runCentralHub({
  env,
  version,
  local = null,
  dashboard = null,
  hostRoutes = [],
  logTo,
  leaseSeconds = LEASE_S,
}: HubOptions): Promise<RunningHub> {
  const config = readHubConfig(env);
  const { log, sink } = createServiceLog(config.log, logTo);
  await refuseTakenPorts([listeningOf(config)]);
  const secrets = loadSecrets(config, (text) => log.warn(text));
  const seal = loadSeal(config.secretFile, config.databaseUrl === null, (text) => log.warn(text));
  const open = (): Promise<HubStore> => openStore({ url: config.databaseUrl, dataDir: config.dataDir, seal, log });
  const alone = config.databaseUrl === null ? holdDatabase(config.dataDir) : null;
  const answering = await begin(open, {
    config,
    secrets,
    secret: seal.secret,
    log,
    sink,
    version,
    local,
    dashboard,
    hostRoutes,
    leaseSeconds,
  }).catch((error: unknown) => {
    alone?.release();
    throw error;
  });
  const ending = new Ending({
    what: 'the hub',
    log,
    sink,
    close: () => answering.close().finally(() => alone?.release()),
  });
  return {
    url: answering.url,
    log,
    contained: [],
    shutdown: (reason, code) => ending.begin(reason, code),
    finished: ending.finished,
  };
}

async function begin(open: () => Promise<HubStore>, options: LiveOptions): Promise<Answering> {
  let store: HubStore;
  try {
    store = await open();
  } catch (error) {
    if (isAway(error)) return waitForStore(open, error, options);
    throw error;
  }
  return goLive(store, options);
}
