import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';

/** Where the built dashboard lies. */
export const DASHBOARD = join(CHECKOUT, 'packages', 'dashboard', 'dist');
/** Where that of the demo lies, which has the phone at its side. */
export const DEMO_PAGE = join(CHECKOUT, 'packages', 'dashboard', 'dist-demo');

/**
 * Builds the dashboard where it is missing or older than its sources, in a process of its own. One that cannot be built is told, and holds
 * no session up: what was built before is served.
 */
export async function buildDashboard(say: (text: string) => void, ofDemo = false): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const child = spawn(process.execPath, [join(CHECKOUT, 'scripts', 'dashboard.mjs'), ...(ofDemo ? ['demo'] : [])], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => say(text.trimEnd()));
  child.on('error', (error) => say(error.message));
  child.on('close', () => resolve());
  return promise;
}
