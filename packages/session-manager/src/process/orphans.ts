import { bootId, endGroup, groupMembers, isOurs, readProcess } from '@leadmaster/capture/processes';
import { errorText } from '@leadmaster/protocol';
import { holdersOf } from './holders.ts';

/** A browser as it was recorded at its launch. */
export interface RecordedBrowser {
  session: string;
  pid: number;
  startTicks: number;
  bootId: string;
  profileDir: string;
}

/** What became of one recorded browser. */
export interface OrphanReport {
  session: string;
  pid: number;
  /**
   * `gone`: nothing of it lived. `ended`: it lived, was proven ours, and is gone now. `survived`: it was ours and would
   * not end; the session must not start.
   */
  outcome: 'gone' | 'ended' | 'survived';
  detail: string;
}

export interface EndOrphansOptions {
  termMs: number;
  killMs: number;
  /** Where the profile of a session lies now, if its folder may have been renamed since the launch. */
  profileDir?: (session: string) => string;
}

/**
 * At boot, with the data folder's lock held: ends the browsers that a dead manager left behind. A recorded browser is
 * ended only if its start time and its exact `--user-data-dir` match. With its main process dead already, what is left
 * of its group is ended only if one of it has a file of the profile open: that pid may name a stranger's group by now.
 * Never rejects for one browser that would not end: that is an outcome.
 */
export async function endOrphans(
  recorded: readonly RecordedBrowser[],
  options: EndOrphansOptions,
): Promise<OrphanReport[]> {
  return Promise.all(recorded.map((browser) => endOrphan(browser, options)));
}

async function endOrphan(browser: RecordedBrowser, options: EndOrphansOptions): Promise<OrphanReport> {
  const { session, pid, startTicks } = browser;
  const { termMs, killMs } = options;
  if (browser.bootId !== bootId()) return { session, pid, outcome: 'gone', detail: 'the machine has restarted since' };
  const now = readProcess(pid);
  let known: { pid: number; startTicks: number }[] = [];
  if (now !== null && now.startTicks !== startTicks) {
    return { session, pid, outcome: 'gone', detail: 'its pid belongs to another process' };
  }
  if (!isOurs(browser)) {
    // The main process is dead (or is not what was recorded): look whether others of its group hold the profile.
    const members = groupMembers(pid).filter((p) => p.pid !== pid && p.startTicks >= startTicks);
    if (members.length === 0) return { session, pid, outcome: 'gone', detail: 'it has ended' };
    const holders = await holdersOf(options.profileDir?.(session) ?? browser.profileDir);
    known = members.filter((p) => holders.some((h) => h.pid === p.pid && h.startTicks === p.startTicks));
    if (known.length === 0) {
      return { session, pid, outcome: 'gone', detail: 'it has ended; no process of its group has the profile open' };
    }
  }
  try {
    const pgid = now?.pgid ?? pid;
    const { found, killed } = await endGroup({ pid, startTicks, pgid }, { termMs, killMs, known });
    return { session, pid, outcome: 'ended', detail: `${found.length} processes, ${killed.length} of them killed` };
  } catch (error) {
    return { session, pid, outcome: 'survived', detail: errorText(error) };
  }
}
