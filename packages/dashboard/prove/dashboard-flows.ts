/**
 * Every walk through the dashboard, in both languages on both screens: `npm test` takes each in English at a desk and in Spanish on a
 * phone. Real browsers show the built page of real hubs; the browsers of the sessions are played.
 *
 *     npm run prove -- dashboard-flows [PART]
 *
 * `PART`: the test files whose path has it. Ends with 1 when a walk fails.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';

const [part = ''] = process.argv.slice(2);
const vitest = join(CHECKOUT, 'node_modules', 'vitest', 'vitest.mjs');
const files = join('packages', 'dashboard', 'test', part);
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'browser', files], {
  cwd: CHECKOUT,
  env: { ...process.env, DASHBOARD_READERS: 'all' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
