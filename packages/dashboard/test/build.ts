import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';

/** The built page. */
export const DIST = join(CHECKOUT, 'packages', 'dashboard', 'dist');

/** Builds the page where it is older than its sources, as a start does. @throws Error where it cannot be built. */
export function buildPage(): void {
  const script = join(CHECKOUT, 'scripts', 'dashboard.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the page was not built: ${stderr}`);
}
