import { errorText, LeadMasterError, sentence } from '@leadmaster/protocol';
import { type Listening, listen, refuseTakenPorts } from '@leadmaster/service-kit/http';
import { createServiceLog, type LogSink, measureLog } from '@leadmaster/service-kit/log';
import { type HostedService, portOf } from '@leadmaster/service-kit/process';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { effectiveSettings, loadEnvironment, readConfig } from './config/index.ts';
import { requireScreen } from './config/screen.ts';
import { type Context, createContext } from './context.ts';
import { LIBRARY_REJECTIONS } from './engine/wwebjs/containment.ts';
import { type Diagnosis, NO_DIAGNOSIS } from './http/diagnosis.ts';
import type { HttpServerOptions } from './http/http-app.ts';
import { createHttpServer } from './http/server.ts';
import { livingOwner } from './profile/locks.ts';
import { dataPaths } from './profile/paths.ts';

/** How long the last lines of the log are waited for. */
const LAST_LINES_MS = 1_000;

/** A session manager that runs in this process. */
export interface RunningService extends HostedService {
  /** Where it answers, such as `http://127.0.0.1:3001`. */
  url: string;
  context: Context;
  /** Ends in order: no more requests, every browser closed and proven gone, the database closed. Idempotent. */
  shutdown(reason: string, code?: number): Promise<void>;
  /** The exit code, once it has ended: 0 in order, 1 when something was left. */
  finished: Promise<number>;
}

export interface ManagerOptions {
  env?: NodeJS.ProcessEnv;
  logTo?: 'stdout' | 'stderr';
  diagnosis?: Diagnosis;
  /** Where other services of this start will listen: refused with its own port, before anything is made. */
  alongside?: readonly Listening[];
}

/**
 * Starts the service: takes the data folder, answers HTTP at once, and brings the sessions back meanwhile.
 *
 * @throws LeadMasterError for what keeps it from starting, ConfigError for settings that are out of rule.
 */
export async function runSessionManager(options: ManagerOptions = {}): Promise<RunningService> {
  const warnings: string[] = [];
  const environment = loadEnvironment(options.env);
  const config = readConfig(environment.env, { warn: (text) => warnings.push(text) });
  // Told at once, and before anything is made; a session could only fail by it, one after the other.
  if (config.loginMode === 'local') requireScreen();
  const { log, sink } = createServiceLog(config.log, options.logTo);
  for (const warning of warnings) log.warn(warning);
  if (process.getuid?.() === 0) {
    log.warn("running as root: Chromium's sandbox is off. Run it as a user of its own; docs/service.md says how.");
  }
  // Where a service runs on the data folder already, the data folder's lock reports that instead.
  if (livingOwner(dataPaths(config.dataDir).dataLock) === null) {
    await refuseTakenPorts([listeningOf(config), ...(options.alongside ?? [])]);
  }
  const context = await createContext(config, log);
  measureLog(context.metrics, sink);
  const told = { settings: effectiveSettings(environment, config), diagnosis: options.diagnosis ?? NO_DIAGNOSIS };
  return serve(context, told, log, sink);
}

/** What HTTP tells of the installation beside what the services know. */
type Told = Pick<HttpServerOptions, 'settings' | 'diagnosis'>;

async function serve(context: Context, told: Told, log: Logger, sink: LogSink): Promise<RunningService> {
  const { config } = context;
  const finished = Promise.withResolvers<number>();
  let booted = false;
  let ending: Promise<void> | null = null;
  const http = await createHttpServer({
    sessions: context.sessions,
    snapshots: context.snapshots,
    storage: context.storage,
    adoption: context.adoption,
    trash: context.trash,
    vault: context.vault,
    builds: context.builds,
    place: context.place,
    hubs: context.hubs,
    hubBackups: context.hubBackups,
    bounds: context.bounds,
    departures: context.departures,
    arrivals: context.arrivals,
    config,
    ...told,
    keys: context.secrets,
    log,
    metrics: context.metrics,
    ready: () => booted && ending === null,
    version: context.version,
  });
  const url = await listen(http, listeningOf(config)).catch(async (error: unknown) => {
    await context.close();
    throw error;
  });
  context.lock.describe({ port: portOf(url) });

  function shutdown(reason: string, code = 0): Promise<void> {
    ending ??= end(reason, code);
    return ending;
  }
  async function end(reason: string, code: number): Promise<void> {
    log.info({ reason }, 'shutting down');
    let result = code;
    try {
      await Promise.all([http.close(), context.snapshots.close(), context.sessions.close()]);
      await context.close();
    } catch (error) {
      log.error({ err: error }, 'the shutdown left something behind');
      result = 1;
    }
    log.info('shut down');
    await sink.flush(LAST_LINES_MS);
    finished.resolve(result);
  }

  // The key is there from the first start on, to be copied elsewhere before anything depends on it.
  context.snapshots.later(() =>
    context.vault.open().catch((error: unknown) => {
      sayClosed(log, error);
      context.snapshots.areOff(error);
    }),
  );
  void context.sessions
    .boot()
    .catch((error: unknown) => log.error({ err: error }, 'not every session could be brought back'))
    .finally(() => {
      booted = true;
    });
  return { url, context, log, contained: [LIBRARY_REJECTIONS], shutdown, finished: finished.promise };
}

/** Sessions run without a vault; its problems are logged before a snapshot is missed. */
function sayClosed(log: Logger, error: unknown): void {
  const hint = error instanceof LeadMasterError ? ` ${error.hint}` : '';
  log.warn({ err: error }, `no snapshot can be taken: ${sentence(errorText(error))}${hint}`);
}

function listeningOf({ host, port }: Config): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'SESSION_MANAGER_PORT' } };
}
