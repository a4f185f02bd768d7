import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { freePort } from '@leadmaster/testkit/free-port';
import { onTestFinished } from 'vitest';
import { exitOf } from './fake-checkout.ts';

const SERVICE = join(CHECKOUT, 'packages/cli/src/main.mjs');
const LEADMASTER = join(CHECKOUT, 'leadmaster');
const KEY = 'admin-key-of-the-tests';
/** Of a start, on a machine that does other things too. */
const WITHIN_MS = 45_000;

/** A service whose command line a shell has led elsewhere; `$NODE` and `$SERVICE`, or `$LEADMASTER`, stand for it. */
export async function serviceUnder(script: string, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-log-'));
  const [manager, port] = [await freePort(), await freePort()];
  // One service alone answers on the port of either; of both, the hub is asked.
  const isBoth = script.includes(' start');
  const ports = { SESSION_MANAGER_PORT: String(isBoth ? manager : port), HUB_PORT: String(port) };
  const child = spawn('sh', ['-c', script], {
    env: {
      ...process.env,
      ...{ NODE: process.execPath, SERVICE, LEADMASTER, LEADMASTER_ENV_FILE: '/dev/null', LEADMASTER_ADMIN_KEY: KEY },
      ...{ LEADMASTER_DATA_DIR: join(folder, 'data'), ...ports, ...env },
    },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    // The reader that never reads is in its group, and outlives it.
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of it is gone.
    }
    await exitOf(child);
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, port };
}

/** The body of an answer; null where there was none. */
export function ask(port: number, path: string): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const headers = { authorization: `Bearer ${KEY}` };
  const asked = get({ host: '127.0.0.1', port, path, headers, timeout: 5_000 }, async (response) => {
    resolve((await response.toArray()).join(''));
  });
  asked.on('error', () => resolve(null)).on('timeout', () => asked.destroy());
  return promise;
}

export async function answers(port: number): Promise<void> {
  for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(100)) {
    if ((await ask(port, '/health')) !== null) return;
  }
  throw new Error('the service never answered');
}
