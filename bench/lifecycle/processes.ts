import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What a set of processes costs. */
export interface Cost {
  /** Proportional set size: pages shared by several processes are divided among them. */
  pssBytes: number;
  processes: number;
}

/** A process and all below it, split at the browsers: Node's own share and theirs. */
export interface TreeCost {
  browsers: Cost;
  node: Cost;
}

interface Stat {
  pid: number;
  ppid: number;
  /** Used so far, with that of children that have ended, in clock ticks. */
  ticks: number;
}

/** Linux reports to programs in hundredths of a second, independent of its own clock (proc(5)). */
const TICKS_PER_SECOND = 100;

/** Memory of everything that a side runs, Node's apart from its browsers'. */
export function treeCost(root: number): TreeCost {
  const cost: TreeCost = { browsers: { pssBytes: 0, processes: 0 }, node: { pssBytes: 0, processes: 0 } };
  for (const { pid } of tree(root)) {
    const pss = pssOf(pid);
    if (pss === null) continue;
    const share = pid === root ? cost.node : cost.browsers;
    share.pssBytes += pss;
    share.processes += 1;
  }
  return cost;
}

/**
 * Seconds of processor time, user and system, that a process and all below it have used, or it `alone`. Other load hardly
 * moves it.
 */
export function cpuSeconds(root: number, { alone = false } = {}): number {
  const processes = alone ? tree(root).slice(0, 1) : tree(root);
  return processes.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** Pids of a process and all below it. */
export function treePids(root: number): number[] {
  return tree(root).map(({ pid }) => pid);
}

/** Processes whose browser profile is in this folder: what a program of ours may have left behind. */
export function browsersUnder(folder: string): number[] {
  return allPids().filter((pid) =>
    readOr(`/proc/${pid}/cmdline`, '')
      .split('\0')
      .some((arg) => arg.startsWith(`--user-data-dir=${folder}/`)),
  );
}

/**
 * Browser processes on this machine that are not of ours. They share the browser's code with ours, which makes PSS
 * smaller than it is on a quiet machine.
 */
export function strangers(binary: string, roots: readonly number[]): number {
  const ours = new Set(roots.flatMap(treePids));
  return allPids().filter((pid) => !ours.has(pid) && executable(pid) === binary).length;
}

export function executable(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    // Ended meanwhile, or of another user.
    return '';
  }
}

function tree(root: number): Stat[] {
  const all = allPids().flatMap((pid) => statOf(pid) ?? []);
  const found = all.filter(({ pid }) => pid === root);
  for (let i = 0; i < found.length; i += 1) {
    const parent = found[i]?.pid;
    found.push(...all.filter(({ ppid }) => ppid === parent));
  }
  return found;
}

function statOf(pid: number): Stat | null {
  const text = readOr(`/proc/${pid}/stat`, '');
  // The name before the last bracket may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [ppid, ...times] = [fields[1], fields[11], fields[12], fields[13], fields[14]].map(Number);
  if (ppid === undefined || Number.isNaN(ppid)) return null;
  return { pid, ppid, ticks: times.reduce((sum, value) => sum + value, 0) };
}

function pssOf(pid: number): number | null {
  const kb = /^Pss:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/smaps_rollup`, ''))?.[1];
  return kb === undefined ? null : Number(kb) * 1024;
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Processes come and go while they are listed.
    return fallback;
  }
}
