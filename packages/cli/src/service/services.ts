import type { HubOptions, RunningHub } from '@leadmaster/central-hub';
import type { Listening } from '@leadmaster/service-kit/http';
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
}

interface StartOptions {
  which: Which;
  env: Env;
  logTo: 'stdout' | 'stderr';
}

/** Starts the services of this process. What has started ends again where the next one cannot start. */
export async function startServices({ which, env, logTo }: StartOptions): Promise<Running> {
  if (which === 'hub') {
    const hub = await startHub({ env, logTo });
    return { ...hub, manager: null, hub: hub.url };
  }
  const { runSessionManager } = await import('@leadmaster/session-manager');
  const alongside = which === 'both' ? [await hubPort(env)] : [];
  const manager = await runSessionManager({ env: { ...env }, logTo, diagnosis: ownDiagnosis(env), alongside });
  if (which === 'session-manager') return { ...manager, manager: manager.url, hub: null };
  const local = { url: manager.url, token: manager.context.secrets.serviceToken };
  const hub = await startHub({ env, logTo, local }).catch(async (error: unknown) => {
    await manager.shutdown('the hub could not start', 1);
    throw error;
  });
  return {
    url: hub.url,
    manager: manager.url,
    hub: hub.url,
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
  return runCentralHub({ ...options, dashboard: DASHBOARD, version: version() });
}

async function hubPort(env: Env): Promise<Listening> {
  const { hubListening } = await import('@leadmaster/central-hub');
  return hubListening(env);
}
