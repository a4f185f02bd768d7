import { browserVanished, captureFailed } from '../failures.ts';
import { BrowserGroup, isGone, type ProcessFacts, type ProcessIdentity, readProcess } from '../process/index.ts';
import { standsStill } from '../process/threads.ts';
import type { Freezer } from './freezer.ts';
import { comesTrue, pause } from './wait.ts';

const FIRST_PATIENCE_MS = 100;
/** How long all run between two attempts. */
const BREATH_MS = 3;

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
   * A parent that waits for its child to have begun another program (vfork) stops only after it, and the child is
   * stopped: then all are let go for a moment. The patience grows, for a disk may just be slow.
   */
  freeze(deadline: number): void {
    for (let patience = FIRST_PATIENCE_MS; ; patience *= 2) {
      if (!isThere(this.#browser)) throw browserVanished(this.#browser.pid);
      if (this.#stopsWithin(Math.min(performance.now() + patience, deadline))) return;
      if (performance.now() >= deadline) throw captureFailed('Not every process stopped in time.');
      this.thaw();
      pause(BREATH_MS);
    }
  }

  /**
   * A stopped process starts no other, and the kernel lets no fork slip through a signal to a group. What was started
   * before is found by looking again.
   */
  #stopsWithin(until: number): boolean {
    if (this.#group.ownsGroup) send(-this.#browser.pgid, 'SIGSTOP');
    const still = new Set<number>();
    for (let fresh = this.#members; fresh.length > 0; fresh = this.#members.filter(({ pid }) => !still.has(pid))) {
      for (const member of fresh) if (this.#isOutside(member) && isSame(member)) send(member.pid, 'SIGSTOP');
      if (!comesTrue(() => fresh.every(({ pid }) => standsStill(pid)), until)) return false;
      for (const { pid } of fresh) still.add(pid);
      this.#members = this.#group.members();
    }
    return true;
  }

  /** A process that was woken and stopped again between two looks is not noticed; programs that wake one do not stop it again. */
  holds(): boolean {
    return isThere(this.#browser) && this.#members.every(({ pid }) => isStopped(readProcess(pid)));
  }

  /** The signals first: looking for further processes takes time, and there are none except after a failure. */
  thaw(): void {
    for (const pid of this.#addressees()) send(pid, 'SIGCONT');
    if (!isThere(this.#browser)) for (const { pid } of this.#group.members()) send(pid, 'SIGCONT');
  }

  #addressees(): number[] {
    const single = this.#members.filter((member) => this.#isOutside(member) && isSame(member)).map(({ pid }) => pid);
    return this.#group.ownsGroup && isThere(this.#browser) ? [-this.#browser.pgid, ...single] : single;
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
  const group = new BrowserGroup(browser);
  const members = group.members();
  const stopped = members.filter(({ state }) => state === 'T').length;
  if (group.ownsGroup && members.some(({ pgid }) => pgid === browser.pgid)) send(-browser.pgid, 'SIGCONT');
  for (const { pid } of members) if (pid !== process.pid) send(pid, 'SIGCONT');
  return stopped;
}

/** Whether the main process of a browser lives. */
export function isThere(browser: ProcessIdentity): boolean {
  const now = readProcess(browser.pid);
  return now !== null && now.startTicks === browser.startTicks && !isGone(now);
}

function isStopped(facts: ProcessFacts | null): boolean {
  return isGone(facts) || facts?.state === 'T';
}

/** Whether a pid is still that process. */
function isSame(member: ProcessFacts): boolean {
  return readProcess(member.pid)?.startTicks === member.startTicks;
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
