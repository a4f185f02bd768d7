import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { type Listening, listen, refuseTakenPort } from '@leadmaster/service-kit/http';
import { createServiceLog } from '@leadmaster/service-kit/log';
import type { HostedService } from '@leadmaster/service-kit/process';
import { type Env, loadSecrets } from '@leadmaster/service-kit/settings';
import { type Hold, holdFile } from '@leadmaster/service-kit/sqlite';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type HubConfig, readHubConfig } from './config/index.ts';
import { MachineReaders } from './events/readers.ts';
import { keepTidy } from './housekeeping.ts';
import { createHubServer } from './http/server.ts';
import { MachineLinks } from './machines/links.ts';
import { knowLocalMachine, type LocalMachine } from './machines/local.ts';
import { loadSeal } from './secrets/seal.ts';
import { openStore } from './store/index.ts';

const LEASE_S = 15;
/** How long the last lines of the log are waited for. */
const LAST_LINES_MS = 1_000;

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
  local?: LocalMachine;
  logTo?: 'stdout' | 'stderr';
  /** How long another hub waits for a machine's log after this one has died; 15 s unless given. */
  leaseSeconds?: number;
}

/**
 * Starts the hub: opens its store, answers HTTP, and reads the logs of all machines.
 *
 * @throws LeadMasterError for what keeps it from starting, ConfigError for settings that are out of rule.
 */
export async function runCentralHub({
  env,
  version,
  local,
  logTo,
  leaseSeconds = LEASE_S,
}: HubOptions): Promise<RunningHub> {
  const config = readHubConfig(env);
  const { log, sink } = createServiceLog(config.log, logTo);
  await refuseTakenPort(listeningOf(config));
  const secrets = loadSecrets(config, (text) => log.warn(text));
  const seal = loadSeal(config.secretFile, config.databaseUrl === null);
  const alone = config.databaseUrl === null ? holdDatabase(config.dataDir) : null;
  const store = await openStore({ url: config.databaseUrl, dataDir: config.dataDir, seal, log }).catch(
    (error: unknown) => {
      alone?.release();
      throw error;
    },
  );
  const links = new MachineLinks(store.machines, log);
  // The only hub on its database reads on at once after a restart: the lease was its own.
  const holder = alone === null ? `${process.pid}-${randomUUID()}` : 'the only hub';
  const readers = new MachineReaders({ store, links, holder, leaseSeconds, log });
  const tidy = keepTidy(store, config.events, log);
  const finished = Promise.withResolvers<number>();
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const http = await createHubServer({ ...config, store, links, secrets, log, metrics, version });
  let ending: Promise<void> | null = null;

  const closeAll = async (): Promise<void> => {
    tidy.stop();
    await Promise.all([http.close(), readers.close()]);
    links.close();
    await store.close();
    alone?.release();
  };

  try {
    if (local !== undefined) await knowLocalMachine(store.machines, local);
    await links.start();
    const url = await listen(http, listeningOf(config));
    readers.start();
    return { url, log, contained: [], shutdown, finished: finished.promise };
  } catch (error) {
    await closeAll();
    throw error;
  }

  function shutdown(reason: string, code = 0): Promise<void> {
    ending ??= end(reason, code);
    return ending;
  }

  async function end(reason: string, code: number): Promise<void> {
    log.info({ reason }, 'the hub shuts down');
    let result = code;
    try {
      await closeAll();
    } catch (error) {
      log.error({ err: error }, 'the shutdown left something behind');
      result = 1;
    }
    log.info('the hub has shut down');
    await sink.flush(LAST_LINES_MS);
    finished.resolve(result);
  }
}

/** `hub.db` is for one hub: what it knows of its own writes would not be true beside another. */
function holdDatabase(dataDir: string): Hold {
  const inUse = (): LeadMasterError =>
    new LeadMasterError(
      'data_folder_in_use',
      `Another hub runs on ${join(dataDir, 'hub.db')}.`,
      'Stop that one first, give this one another LEADMASTER_DATA_DIR, or use PostgreSQL (DATABASE_URL) for several hubs.',
    );
  return holdFile(join(dataDir, 'locks', 'hub.lock'), inUse);
}

function listeningOf({ host, port }: HubConfig): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'HUB_PORT' } };
}
