import { browserVanished, captureFailed } from '../failures.ts';
import { BrowserGroup, isGone, type ProcessFacts, type ProcessIdentity, readProcess } from '../process/index.ts';
import { standsStill } from '../process/threads.ts';
import type { Freezer } from './freezer.ts';
import { waitUntil } from './wait.ts';

/** Stops a browser by SIGSTOP, which no process can refuse; needs nothing but being the same user. */
export class SigstopFreezer implements Freezer {
  readonly method = 'sigstop';
  readonly #browser: ProcessIdentity;
  readonly #group: BrowserGroup;
  #members: ProcessFacts[] = [];

  constructor(browser: ProcessIdentity) {
    this.#browser = browser;
    this.#group = new BrowserGroup(browser);
  }

  prepare(): void {
    this.#members = this.#group.members();
  }

  /**
   * A stopped process starts no other, and the kernel lets no fork slip through a signal to a group. What was started
   * before is found by looking again.
   */
  freeze(deadline: number): void {
    if (!isThere(this.#browser)) throw browserVanished(this.#browser.pid);
    if (this.#group.ownsGroup) send(-this.#browser.pgid, 'SIGSTOP');
    for (;;) {
      for (const member of this.#members) if (this.#isOutside(member)) stop(member);
      waitUntil(() => this.#members.every(({ pid }) => standsStill(pid)), deadline, 'every process to stop');
      this.#members = this.#group.members();
      if (this.#members.every(({ pid }) => standsStill(pid))) return;
    }
  }

  holds(): boolean {
    return isThere(this.#browser) && this.#members.every(({ pid }) => standsStill(pid));
  }

  thaw(): void {
    wakeGroup(this.#group, this.#browser.pgid);
  }

  #isOutside(member: ProcessFacts): boolean {
    return member.pid !== process.pid && !(this.#group.ownsGroup && member.pgid === this.#browser.pgid);
  }
}

/**
 * SIGCONT to all that is left of a browser; to a process that is not stopped it means nothing.
 *
 * @returns How many processes stood still.
 */
export function wake(browser: ProcessIdentity): number {
  return wakeGroup(new BrowserGroup(browser), browser.pgid);
}

function wakeGroup(group: BrowserGroup, pgid: number): number {
  const members = group.members();
  const stopped = members.filter(({ state }) => state === 'T').length;
  if (group.ownsGroup && members.some((member) => member.pgid === pgid)) send(-pgid, 'SIGCONT');
  for (const { pid } of members) if (pid !== process.pid) send(pid, 'SIGCONT');
  return stopped;
}

/** Whether the main process of a browser lives. */
export function isThere(browser: ProcessIdentity): boolean {
  const now = readProcess(browser.pid);
  return now !== null && now.startTicks === browser.startTicks && !isGone(now);
}

function stop(member: ProcessFacts): void {
  if (readProcess(member.pid)?.startTicks === member.startTicks) send(member.pid, 'SIGSTOP');
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return;
    throw captureFailed(
      `${signal} to process ${Math.abs(pid)} was refused (${code}).`,
      'The service must run as the user who runs the browser. Or take the snapshot with the session stopped.',
      error,
    );
  }
}
