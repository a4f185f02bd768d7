import type { HostRoute, HubOptions, RunningHub } from '@leadmaster/central-hub';
import type { Listening } from '@leadmaster/service-kit/http';
import type { RunningService } from '@leadmaster/session-manager';
import type { Env } from '@leadmaster/session-manager/config';
import { version } from '../cli.ts';
import { DASHBOARD } from '../setup/build-dashboard.ts';
import { ownDiagnosis } from './own-diagnosis.ts';
import type { Service } from './serve.ts';

/** Which services this process runs. */
export type Which = 'both' | 'session-manager' | 'hub';

/** What runs, as one: it ends together, the hub first. */
export interface Running extends Service {
  /** Where the session manager answers; null where it does not run here. */
  manager: string | null;
  /** Where the hub answers; null where it does not run here. */
  hub: string | null;
  /** The session manager itself; null where it does not run here. */
  local: RunningService | null;
}

interface StartOptions {
  which: Which;
  env: Env;
  logTo: 'stdout' | 'stderr';
  beside?: BesideHub;
}

/** What the demo's hub has otherwise. */
export interface BesideHub {
  /** The folder of its page. */
  dashboard: string;
  hostRoutes: readonly HostRoute[];
  /** What its own machine is called. */
  machineName?: string;
}

/** Starts the services of this process. What has started ends again where the next one cannot start. */
export async function startServices({ which, env, logTo, beside }: StartOptions): Promise<Running> {
  if (which === 'hub') {
    const hub = await startHub({ env, logTo });
    return { ...hub, manager: null, hub: hub.url, local: null };
  }
  const { runSessionManager } = await import('@leadmaster/session-manager');
  const alongside = which === 'both' ? [await checkedHub(env)] : [];
  const manager = await runSessionManager({ env: { ...env }, logTo, diagnosis: ownDiagnosis(env), alongside });
  if (which === 'session-manager') return { ...manager, manager: manager.url, hub: null, local: manager };
  const { machineName: name, ...page } = beside ?? {};
  const token = manager.context.secrets.serviceToken;
  const local = { url: manager.url, token, ...(name === undefined ? {} : { name }) };
  const hub = await startHub({ env, logTo, local, ...page }).catch(async (error: unknown) => {
    await manager.shutdown('the hub could not start', 1);
    throw error;
  });
  return {
    url: hub.url,
    manager: manager.url,
    hub: hub.url,
    local: manager,
    log: manager.log,
    contained: [...manager.contained, ...hub.contained],
    async shutdown(reason, code) {
      await hub.shutdown(reason, code);
      await manager.shutdown(reason, code);
    },
    finished: Promise.all([hub.finished, manager.finished]).then((codes) => Math.max(...codes)),
  };
}

async function startHub(options: Omit<HubOptions, 'version'>): Promise<RunningHub> {
  const { runCentralHub } = await import('@leadmaster/central-hub');
  return runCentralHub({ dashboard: DASHBOARD, ...options, version: version() });
}

async function checkedHub(env: Env): Promise<Listening> {
  const { checkHub } = await import('@leadmaster/central-hub');
  return checkHub(env);
}
