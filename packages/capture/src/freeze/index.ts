import type { FreezeMethod } from '../capture.ts';
import { captureFailed } from '../failures.ts';
import type { ProcessIdentity } from '../process/index.ts';
import { CgroupFreezer, thawGroups } from './cgroup.ts';
import { type Freezer, NO_FREEZER } from './freezer.ts';
import { SigstopFreezer, wake } from './sigstop.ts';

export type { Freezer } from './freezer.ts';

/**
 * How a browser is to be stopped; the first that can be had.
 *
 * @throws LeadMasterError `capture_failed` when none can.
 */
export function freezerFor(browser: ProcessIdentity | null, methods: readonly FreezeMethod[]): Freezer {
  if (browser === null) return NO_FREEZER;
  for (const method of methods) {
    if (method === 'sigstop') return new SigstopFreezer(browser);
    const freezer = method === 'cgroup' ? CgroupFreezer.open(browser) : null;
    if (freezer !== null) return freezer;
  }
  throw captureFailed('The browser cannot be stopped on this machine.', 'Take the snapshot with the session stopped.');
}

/**
 * Resumes the processes that a service left stopped when it died in the middle of a capture: to be called at start-up,
 * before anything else is done with the browsers it left. Running processes are not affected.
 *
 * @param browsers Those that were recorded at their launch.
 * @returns How many browsers or groups of processes stood still.
 */
export function thawStrays(browsers: readonly ProcessIdentity[]): number {
  return thawGroups(browsers) + browsers.filter((browser) => wake(browser) > 0).length;
}
