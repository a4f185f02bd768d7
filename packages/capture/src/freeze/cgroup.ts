import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { browserVanished } from '../failures.ts';
import { BrowserGroup, onLinux, type ProcessIdentity, readProcess } from '../process/index.ts';
import {
  folderOf,
  type Group,
  groupName,
  groupsIn,
  isFrozen,
  isGroupName,
  moveInto,
  removeIfEmpty,
  setFrozen,
} from './cgroup-files.ts';
import type { Freezer } from './freezer.ts';
import { isThere } from './sigstop.ts';
import { waitUntil } from './wait.ts';

/**
 * Stops a browser by the freezer of cgroup v2 (Linux 5.2): one file holds a whole group, with every process that it starts meanwhile.
 * The group is kept for as long as the browser lives.
 *
 * Preferred to SIGSTOP: one write and one read, where signals need a look at every process of the machine and every
 * thread of the browser. Pauses, median and 95th percentile of 25 each, with a profile of 60 MB, on two cores that had
 * six times as much to do as they could:
 *
 *                                   cgroup          SIGSTOP
 *     headless shell, 20 messages/s  7 and  63 ms    18 and 309 ms
 *     headless shell, bulk writes   29 and 151 ms   114 and 278 ms
 *     full Chromium, 20 messages/s   8 and  78 ms    28 and 158 ms
 *     full Chromium, bulk writes    24 and  75 ms    66 and 150 ms
 *
 * Copying took 1 to 2 ms of it; most of the rest is waiting for a core. And no process notices: no SIGCHLD, no SIGCONT.
 */
export class CgroupFreezer implements Freezer {
  readonly method = 'cgroup';
  readonly #browser: ProcessIdentity;
  readonly #folder: string;

  constructor(browser: ProcessIdentity, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  /**
   * A group below the one that the browser is in, so that every limit stays as it was; null where it cannot be made:
   * another system, an older kernel, no right to write.
   */
  static open(browser: ProcessIdentity): CgroupFreezer | null {
    const maker = readProcess(process.pid);
    const parent = onLinux ? parentFor(browser.pid) : null;
    if (parent === null || maker === null) return null;
    // There is no notice when a browser ends: its group is removed when the next is made.
    thawGroups([]);
    const folder = join(parent, groupName(browser, maker));
    try {
      mkdirSync(folder, { recursive: true });
    } catch {
      // The reason does not matter, here and below: SIGSTOP does the same, and the capture reports which method it used.
      return null;
    }
    try {
      setFrozen(folder, false);
      moveInto(folder, browser.pid);
    } catch {
      removeIfEmpty(folder);
      return null;
    }
    return new CgroupFreezer(browser, folder);
  }

  /**
   * Moves the processes in until none is outside; what they start is inside from then on. Moving takes the kernel tens
   * of milliseconds, but nothing stands still for it.
   */
  prepare(deadline: number): void {
    const group = new BrowserGroup(this.#browser);
    const allInside = () => {
      const outside = group.members().filter(({ pid }) => pid !== process.pid && folderOf(pid) !== this.#folder);
      for (const { pid } of outside) moveInto(this.#folder, pid);
      return outside.length === 0;
    };
    waitUntil(allInside, deadline, 'every process of the browser to be in its control group');
  }

  freeze(deadline: number): void {
    if (!isThere(this.#browser)) throw browserVanished(this.#browser.pid);
    setFrozen(this.#folder, true);
    waitUntil(() => isFrozen(this.#folder), deadline, 'the control group of the browser to stand still');
  }

  holds(): boolean {
    return isThere(this.#browser) && isFrozen(this.#folder);
  }

  thaw(): void {
    setFrozen(this.#folder, false);
  }
}

/**
 * Thaws the groups of the given browsers and those whose maker is dead, and removes what is left of browsers that have
 * ended. The groups of another service that lives are its own business.
 *
 * @returns How many groups stood still.
 */
export function thawGroups(browsers: readonly ProcessIdentity[]): number {
  if (!onLinux) return 0;
  const parents = new Set([process.pid, ...browsers.map(({ pid }) => pid)].map(parentFor));
  const groups = [...parents].flatMap((parent) => (parent === null ? [] : groupsIn(parent)));
  return groups.filter((group) => release(group, browsers)).length;
}

/** Returns whether it was ours to thaw, and stood still. */
function release({ folder, browser, maker }: Group, browsers: readonly ProcessIdentity[]): boolean {
  const isGiven = browsers.some(({ pid, startTicks }) => pid === browser.pid && startTicks === browser.startTicks);
  const isStray = !lives(maker);
  const stood = (isGiven || isStray) && isFrozen(folder);
  if (isGiven || isStray) setFrozen(folder, false);
  if (isStray || !lives(browser)) removeIfEmpty(folder);
  return stood;
}

function lives({ pid, startTicks }: Group['browser']): boolean {
  return readProcess(pid)?.startTicks === startTicks;
}

/** Where groups are made for a process: the group it is in, or the one above if that is ours already. */
function parentFor(pid: number): string | null {
  const folder = folderOf(pid);
  return folder !== null && isGroupName(basename(folder)) ? dirname(folder) : folder;
}
