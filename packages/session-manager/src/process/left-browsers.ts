import { statSync } from 'node:fs';
import { thawStrays } from '@leadmaster/capture';
import { identify, isOurs, readProcess } from '@leadmaster/capture/processes';
import type { Logger } from 'pino';
import { holdersOf } from './holders.ts';
import { endOrphans, type RecordedBrowser } from './orphans.ts';

export interface LeftDeps {
  browsers: { all(): RecordedBrowser[]; clear(session: string): void };
  /** Where the profile of a session lies now. */
  profileDir: (session: string) => string;
  stopMs: number;
  log: Logger;
}

const KILL_MS = 5_000;

/**
 * Ends what an earlier service on this very data folder has left running, thawing what it had stopped for a snapshot. To
 * be called with the folder's lock held. A copy of the folder has the same record, of browsers that belong to the folder
 * it was copied from: those are left alone, and forgotten here.
 *
 * @param isInPlace - The folder is known to be the one that the record was written in, by more than its path.
 * @param session - Only this one's browser.
 */
export async function endLeftBrowsers(deps: LeftDeps, isInPlace: boolean, session?: string): Promise<void> {
  const { browsers, log, profileDir, stopMs } = deps;
  const recorded = browsers.all().filter((row) => session === undefined || row.session === session);
  const here: RecordedBrowser[] = [];
  for (const browser of recorded) {
    if (await isHere(browser, profileDir(browser.session), isInPlace)) here.push(browser);
    else if (session === undefined) forget(deps, browser);
  }
  const thawed = thawStrays(here.filter(isOurs).flatMap(({ pid }) => identify(pid) ?? []));
  if (thawed > 0) log.warn({ thawed }, 'browsers that an earlier service had stopped for a snapshot continue');
  for (const report of await endOrphans(here, { termMs: stopMs, killMs: KILL_MS, profileDir })) {
    if (report.outcome !== 'survived') browsers.clear(report.session);
    log[report.outcome === 'gone' ? 'debug' : 'warn'](report, 'a browser was left by an earlier service');
  }
}

function forget({ browsers, log }: LeftDeps, { session, pid, profileDir }: RecordedBrowser): void {
  browsers.clear(session);
  log.info({ session, pid, profileDir }, 'the record of a browser on another data folder was removed');
}

/**
 * Whether a browser was started on this profile, however its path is spelled. After a rename of the data folder its command
 * line has a path that leads nowhere, or to another folder by now; the kernel names its open files by where they are.
 */
async function isHere(browser: RecordedBrowser, profileDir: string, isInPlace: boolean): Promise<boolean> {
  const started = folderAt(browser.profileDir);
  if (started === null && isInPlace) return true;
  if (started !== null && started === folderAt(profileDir)) return true;
  return (await holdersOf(profileDir)).some(({ pid }) => isPartOf(pid, browser));
}

function isPartOf(pid: number, browser: RecordedBrowser): boolean {
  return pid === browser.pid || readProcess(pid)?.pgid === browser.pid;
}

/** What tells a folder from every other on this machine; null where there is none, or none that can be looked at. */
function folderAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
