import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@leadmaster/testkit/free-port';
import { ask, until } from './asking.ts';

const CLI = join(import.meta.dirname, '../../packages/cli/src/main.mjs');
export const KEY = 'bench-key-of-the-hub';
export const TOKEN = 'bench-token-of-the-hub';

/** The command of an operator, running on a data folder of its own. */
export interface Service extends AsyncDisposable {
  managerPort: number;
  hubPort: number;
  /** Proportional set size, in bytes. */
  pss(): Promise<number>;
}

/** Starts `leadmaster start`, `session-manager` or `hub`, and waits until it is ready. */
export async function startService(command: 'start' | 'session-manager' | 'hub'): Promise<Service> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-bench-hub-'));
  const [managerPort, hubPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    ...{ LEADMASTER_ENV_FILE: '/dev/null', LEADMASTER_DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    ...{ LEADMASTER_ADMIN_KEY: KEY, LEADMASTER_SERVICE_TOKEN: TOKEN, HUB_RATE_PER_S: '100000' },
    ...{ SESSION_MANAGER_PORT: String(managerPort), HUB_PORT: String(hubPort), SNAPSHOT_SCHEDULE: 'off' },
  };
  const child = spawn(process.execPath, [CLI, command], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const port = command === 'session-manager' ? managerPort : hubPort;
  await until(`${command} is ready`, async () => (await ask({ port, key: KEY, path: '/ready' })) !== null);
  return {
    ...{ managerPort, hubPort },
    pss: () => pssOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function pssOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+([0-9]+) kB$/m.exec(rollup)?.[1]) * 1024;
}
