import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeadMasterError } from '@leadmaster/protocol/errors';
import { commandLine, isGone, listProcesses, type ProcessFacts, readProcess } from './proc.ts';

/**
 * The processes of one browser, told apart from everybody else's.
 *
 * Found with Chromium 156, both binaries, as root and as another user with the sandbox on: every process of a browser
 * stays in the process group of its main process, also those in the sandbox's own namespaces. The one exception is the
 * crash handler of the full Chromium, which makes a session of its own, has no file of the profile open and ends by
 * itself when its browser does.
 *
 * Why a group cannot be mistaken for another: Linux does not hand out a pid while any process still has it as its
 * process group (kernel/pid.c). So if the pid of our leader belongs to another process now, our whole group is gone.
 */
export interface ProcessIdentity {
  pid: number;
  startTicks: number;
  pgid: number;
}

const DATA_DIR = '--user-data-dir=';

/** Who a pid is now, or null when it is gone. Take it at launch, while the process is surely ours. */
export function identify(pid: number): ProcessIdentity | null {
  const facts = readProcess(pid);
  return facts === null || isGone(facts) ? null : identityOf(facts);
}

/**
 * Who a child is that was spawned in this very turn of the event loop. One that has ended already is still known: Node
 * collects its children between turns, and until then no other process gets the pid.
 */
export function identifyChild(pid: number): ProcessIdentity | null {
  const facts = readProcess(pid);
  return facts === null ? null : identityOf(facts);
}

function identityOf({ pid, startTicks, pgid }: ProcessFacts): ProcessIdentity {
  return { pid, startTicks, pgid };
}

/** The profile that a browser's main process names on its command line, as written; null for any other process. Chromium takes the last one. */
export function userDataDirOf(pid: number): string | null {
  const args = commandLine(pid);
  if (args.some((arg) => arg.startsWith('--type='))) return null;
  const last = args.findLast((arg) => arg.startsWith(DATA_DIR));
  return last === undefined ? null : last.slice(DATA_DIR.length);
}

/** Whether this process is the browser we recorded: the same start time, and exactly our profile on its command line. */
export function isOurs(browser: { pid: number; startTicks: number; profileDir: string }): boolean {
  const facts = readProcess(browser.pid);
  if (facts === null || isGone(facts) || facts.startTicks !== browser.startTicks) return false;
  return userDataDirOf(browser.pid) === browser.profileDir;
}

/** The living processes of a group. */
export function groupMembers(pgid: number): ProcessFacts[] {
  return listProcesses().filter((p) => p.pgid === pgid && !isGone(p));
}

/** A process and everything below it, by parent. */
export function processTree(pid: number, all: readonly ProcessFacts[] = listProcesses()): ProcessFacts[] {
  const found = all.filter((p) => p.pid === pid);
  for (let i = 0; i < found.length; i += 1) {
    const parent = found[i]?.pid;
    for (const child of all) if (child.ppid === parent && !found.includes(child)) found.push(child);
  }
  return found;
}

/** Main processes of browsers on one of these profiles, however they spell its path. One look at all processes. */
export function browsersOnAny(
  profileDirs: readonly string[],
  all: readonly ProcessFacts[] = listProcesses(),
): { profileDir: string; browser: ProcessFacts }[] {
  const wanted = new Map(profileDirs.flatMap((dir) => [[dir, dir] as const, [realPath(dir), dir] as const]));
  return all.flatMap((browser) => {
    const named = isGone(browser) ? null : userDataDirOf(browser.pid);
    if (named === null) return [];
    // A relative path is relative to a folder that only the process itself knows; open files (holdersOf) find those.
    const profileDir = wanted.get(named) ?? wanted.get(realPath(resolve('/', named)));
    return profileDir === undefined ? [] : [{ profileDir, browser }];
  });
}

export function browsersOn(profileDir: string, all: readonly ProcessFacts[] = listProcesses()): ProcessFacts[] {
  return browsersOnAny([profileDir], all).map(({ browser }) => browser);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Only spelled differently or not there: compare it as it is.
    return resolve(path);
  }
}

/** Watches one browser's processes, remembering every one it has seen as ours. */
export class BrowserGroup {
  readonly #leader: ProcessIdentity;
  /** pid -> start ticks of all that were proven ours. */
  readonly #known = new Map<number, number>();

  constructor(leader: ProcessIdentity, known: readonly { pid: number; startTicks: number }[] = []) {
    this.#leader = leader;
    this.#known.set(leader.pid, leader.startTicks);
    for (const member of known) this.#known.set(member.pid, member.startTicks);
  }

  /**
   * The living processes that are provably ours. With the leader dead, the rest of its group counts if one member was
   * seen while it was ours: a group has one owner at a time, so one proves all.
   */
  members(): ProcessFacts[] {
    const all = listProcesses();
    const now = all.find((p) => p.pid === this.#leader.pid);
    const leaderIsOurs = now?.startTicks === this.#leader.startTicks;
    const isKnown = (p: ProcessFacts): boolean => this.#known.get(p.pid) === p.startTicks;
    const ours = new Set(all.filter(isKnown));
    if (leaderIsOurs) for (const p of processTree(this.#leader.pid, all)) ours.add(p);
    if (this.ownsGroup && (leaderIsOurs || now === undefined)) {
      const group = all.filter((p) => p.pgid === this.#leader.pgid);
      if (leaderIsOurs || group.some(isKnown)) for (const p of group) ours.add(p);
    }
    for (const p of ours) this.#known.set(p.pid, p.startTicks);
    return [...ours].filter((p) => !isGone(p));
  }

  /** Whether the whole group may be signalled: the browser leads it. A browser started inside our own group does not. */
  get ownsGroup(): boolean {
    return this.#leader.pgid === this.#leader.pid && this.#leader.pgid > 1 && this.#leader.pid !== process.pid;
  }

  /** SIGKILL to all that is ours. A member that is gone already is no error. */
  kill(): void {
    const members = this.members();
    if (this.ownsGroup && members.some((p) => p.pgid === this.#leader.pgid)) signal(-this.#leader.pgid, 'SIGKILL');
    for (const p of members) {
      if (p.pid === process.pid) continue;
      if (!this.ownsGroup || p.pgid !== this.#leader.pgid) signal(p.pid, 'SIGKILL');
    }
  }

  /** Asks the main process to end as Ctrl-C would, which writes the login out; SIGTERM may lose it. */
  interrupt(): void {
    const now = readProcess(this.#leader.pid);
    if (now === null || now.startTicks !== this.#leader.startTicks || isGone(now)) return;
    // A stopped process would not hear it, nor could it close with helpers that stand still. One that is about to stop does not look
    // stopped yet: a SIGCONT takes that back, too, and is nothing to one that runs.
    for (const p of this.members()) signal(p.pid, 'SIGCONT');
    signal(this.#leader.pid, 'SIGINT');
  }

  /** Waits until nothing of ours lives; false when the time is over first. */
  async gone(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
      if (this.members().length === 0) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await sleep(Math.min(pause, left));
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // Gone already; or another user's, which the proof that all are gone will find and name.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

export interface EndOptions {
  /** How long it may take to end by itself, asked by SIGINT (SIGTERM loses a young login); 0 = kill at once. */
  termMs: number;
  /** How long the kill may take before it is an error. */
  killMs: number;
  /** Members seen earlier: proof of ownership when the leader is dead already. */
  known?: readonly { pid: number; startTicks: number }[];
}

/** What was there and how it ended. */
export interface Ended {
  /** Processes that lived when we began. */
  found: { pid: number; comm: string }[];
  /** Those that had to be killed. */
  killed: { pid: number; comm: string }[];
}

/**
 * Ends one browser with all its processes and proves them gone. Nothing is signalled when the pid belongs to something
 * else by now.
 *
 * @throws LeadMasterError `browser_not_gone`, naming what survived and its state.
 */
export async function endGroup(browser: ProcessIdentity, options: EndOptions): Promise<Ended> {
  const group = new BrowserGroup(browser, options.known);
  const brief = (list: ProcessFacts[]) => list.map(({ pid, comm }) => ({ pid, comm }));
  const found = brief(group.members());
  if (found.length === 0) return { found, killed: [] };
  if (options.termMs > 0) {
    group.interrupt();
    if (await group.gone(options.termMs)) return { found, killed: [] };
  }
  const killed = brief(group.members());
  group.kill();
  if (await group.gone(options.killMs)) return { found, killed };
  // Something may have been between two parents when the signal went out: look again, then it is an error.
  group.kill();
  if (await group.gone(Math.min(options.killMs, 1000))) return { found, killed };
  const left = group.members().map((p) => `pid ${p.pid} (${p.comm}, state ${p.state})`);
  throw new LeadMasterError(
    'browser_not_gone',
    `Still alive ${options.killMs} ms after SIGKILL: ${left.join(', ')}`,
    'A process in state D waits for a disk or network share: look at that first; one of another user, that user must end. The session starts again once it is gone.',
    { extra: { processes: left } },
  );
}
