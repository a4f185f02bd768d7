import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Facts about processes, from Linux's `/proc` (proc(5)). Elsewhere from `ps`, which is weaker: start times in whole
 * seconds, arguments split at blanks, no open files.
 */
export interface ProcessFacts {
  pid: number;
  comm: string;
  /** One letter: R, S, D (cannot be killed now), T (stopped), Z (dead, not yet collected by its parent), X. */
  state: string;
  ppid: number;
  pgid: number;
  session: number;
  threads: number;
  /** Start time in clock ticks since boot: with the pid, an identity that is not used again before the next boot. */
  startTicks: number;
}

export const onLinux: boolean = process.platform === 'linux';

/**
 * One process, or null when there is none. `comm` may hold blanks and brackets, so the fields are counted from the
 * last `)`.
 */
export function readProcess(pid: number): ProcessFacts | null {
  if (!onLinux) return listWithPs().find((p) => p.pid === pid) ?? null;
  const text = readProcFile(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** Parses one line of `/proc/PID/stat`; null for anything else. */
export function parseStat(text: string): ProcessFacts | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 1 || close < open) return null;
  const rest = text.slice(close + 2).split(' ');
  const number = (field: number): number => Number(rest[field - 3]);
  const facts: ProcessFacts = {
    pid: Number(text.slice(0, open - 1)),
    comm: text.slice(open + 1, close),
    state: rest[0] ?? '?',
    ppid: number(4),
    pgid: number(5),
    session: number(6),
    threads: number(20),
    startTicks: number(22),
  };
  const whole = [facts.pid, facts.ppid, facts.pgid, facts.session, facts.threads, facts.startTicks];
  return whole.every(Number.isInteger) ? facts : null;
}

/** Every process that can be seen. */
export function listProcesses(): ProcessFacts[] {
  if (!onLinux) return listWithPs();
  const found: ProcessFacts[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const facts = readProcess(Number(name));
    if (facts !== null) found.push(facts);
  }
  return found;
}

/**
 * Whether a process has given everything back: it is no more, or a zombie whose last thread has ended (a zombie with
 * threads left still has its files open). Zombies may stay for long where pid 1 does not collect them, as in containers.
 */
export function isGone(facts: ProcessFacts | null): boolean {
  if (facts === null) return true;
  return facts.state === 'X' || (facts.state === 'Z' && facts.threads <= 1);
}

/** The arguments a process was started with; empty for a process that is gone, a zombie, or a kernel thread. */
export function commandLine(pid: number): string[] {
  if (!onLinux) return psCommand(pid);
  const text = readProcFile(`/proc/${pid}/cmdline`);
  if (text === null || text === '') return [];
  return text.replace(/\0$/, '').split('\0');
}

/** Changes with every boot: pids and start ticks recorded under another one no longer name a process. */
export function bootId(): string {
  if (onLinux) return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
}

/** Null when the process is gone or hidden from us; anything else is thrown. */
function readProcFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(\w{3} \w{3} +\d+ [\d:]+ \d{4})\s+(.*)$/;

/** Parses `ps -axo pid=,ppid=,pgid=,stat=,lstart=,command=` (macOS and procps agree on it). */
export function parsePs(text: string): (ProcessFacts & { command: string })[] {
  return text.split('\n').flatMap((line) => {
    const match = PS_LINE.exec(line);
    if (match === null) return [];
    const [, pid, ppid, pgid, state, started, command] = match as unknown as string[];
    return [
      {
        pid: Number(pid),
        comm: command?.split(' ')[0] ?? '',
        state: state ?? '?',
        ppid: Number(ppid),
        pgid: Number(pgid),
        session: Number(pgid),
        threads: 1,
        startTicks: Math.floor(Date.parse(started ?? '') / 1000),
        command: command ?? '',
      },
    ];
  });
}

function listWithPs(): (ProcessFacts & { command: string })[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart=,command='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return parsePs(text);
}

function psCommand(pid: number): string[] {
  return (
    listWithPs()
      .find((p) => p.pid === pid)
      ?.command.split(/ (?=--)/) ?? []
  );
}
