import { errorText, LeadMasterError, sentence } from '@leadmaster/protocol';
import { type Listening, listen, refuseTakenPorts } from '@leadmaster/service-kit/http';
import { createServiceLog, type LogSink, measureLog } from '@leadmaster/service-kit/log';
import { Ending, type HostedService, portOf } from '@leadmaster/service-kit/process';
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
  const { config, snapshots, sessions } = context;
  const close = async (): Promise<void> => {
    await Promise.all([http.close(), snapshots.close(), sessions.close()]);
    await context.close();
  };
  const ending = new Ending({ what: 'the session manager', log, sink, close });
  let booted = false;
  const http = await createHttpServer({
    ...context,
    ...told,
    keys: context.secrets,
    log,
    ready: () => booted && !ending.hasBegun,
  });
  const url = await listen(http, listeningOf(config)).catch(async (error: unknown) => {
    await context.close();
    throw error;
  });
  context.lock.describe({ port: portOf(url) });
  openVaultLater(context, log);
  void sessions
    .boot()
    .catch((error: unknown) => log.error({ err: error }, 'not every session could be brought back'))
    .finally(() => {
      booted = true;
    });
  const shutdown: RunningService['shutdown'] = (reason, code) => ending.begin(reason, code);
  return { url, context, log, contained: [LIBRARY_REJECTIONS], shutdown, finished: ending.finished };
}

/** The key is there from the first start on, to be copied elsewhere before anything depends on it. */
function openVaultLater({ snapshots, vault }: Context, log: Logger): void {
  snapshots.later(() =>
    vault.open().catch((error: unknown) => {
      sayClosed(log, error);
      snapshots.areOff(error);
    }),
  );
}

/** Sessions run without a vault; its problems are logged before a snapshot is missed. */
function sayClosed(log: Logger, error: unknown): void {
  const hint = error instanceof LeadMasterError ? ` ${error.hint}` : '';
  log.warn({ err: error }, `no snapshot can be taken: ${sentence(errorText(error))}${hint}`);
}

function listeningOf({ host, port }: Config): Listening {
  return { host, port, settings: { host: 'LEADMASTER_HOST', port: 'SESSION_MANAGER_PORT' } };
}
