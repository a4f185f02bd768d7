import type { Client } from '@leadmaster/client';
import type { RunningService } from '@leadmaster/session-manager';
import type { Env } from '@leadmaster/session-manager/config';
import { ownDiagnosis } from '../service/own-diagnosis.ts';
import { secondDir } from './demo-file.ts';

/** What the machines of the demo are called behind its hub, on every host. */
export const MACHINES = ['server-1', 'server-2'] as const;

/**
 * Starts the demo's second session manager, on a folder and a free port of its own, in this process: what a move needs is two data
 * folders and two addresses, and a second runtime would cost a hundred megabytes more.
 */
export async function startSecondMachine(
  env: Env,
  { dataDir, logTo }: { dataDir: string; logTo: 'stdout' | 'stderr' },
): Promise<RunningService> {
  const { runSessionManager } = await import('@leadmaster/session-manager');
  const own = { ...env, LEADMASTER_DATA_DIR: secondDir(dataDir), SESSION_MANAGER_PORT: '0' };
  return runSessionManager({ env: own, logTo, diagnosis: ownDiagnosis(own) });
}

/** Puts it behind the hub, or tells the hub at which port it is this time. */
export async function joinHub(hub: Client, { url, context }: RunningService): Promise<void> {
  const token = context.secrets.serviceToken;
  const [, name] = MACHINES;
  const { items } = await hub.call('listMachines');
  if (items.some((machine) => machine.name === name)) {
    await hub.call('changeMachine', { params: { machine: name }, body: { url, token } });
  } else await hub.call('addMachine', { body: { name, url, token } });
}
