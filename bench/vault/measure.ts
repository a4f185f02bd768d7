import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { treePids } from '../lifecycle/processes.ts';

/** What a command took. */
export interface Usage {
  /** From the start of the process to its end. */
  ms: number;
  /** Processor time, user and system, of it and all its children: other load hardly moves it. */
  cpuMs: number;
  /** Most memory (RSS) of it and its children together. */
  peakBytes: number;
}

export interface Ran extends Usage {
  output: string;
}

interface Where {
  cwd: string;
  env?: Record<string, string>;
  signal: AbortSignal;
}

const LOOK_EVERY_MS = 10;
const MS_PER_TICK = 10;
const KEPT_OUTPUT = 100_000;

/**
 * Runs one command to its end. One at a time: processor time is the growth of what our children have used.
 *
 * @throws When it does not end well, with what it said.
 */
export async function run(command: string, args: readonly string[], { cwd, env, signal }: Where): Promise<Ran> {
  signal.throwIfAborted();
  const cpuBefore = childrenCpuMs();
  const began = performance.now();
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, LANG, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const peaks = new Map<number, number>();
  const timer = setInterval(() => notePeaks(child.pid ?? 0, peaks), LOOK_EVERY_MS);
  try {
    const output = await ended(child, command);
    const ms = performance.now() - began;
    const peakBytes = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
    return { ms, cpuMs: childrenCpuMs() - cpuBefore, peakBytes, output };
  } finally {
    clearInterval(timer);
  }
}

/** The most memory that a process has had since `forgetPeak`, or since its start. */
export function peakOf(pid: number): number | null {
  const kb = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return kb === undefined ? null : Number(kb) * 1024;
}

async function ended(child: ChildProcess, command: string): Promise<string> {
  let output = '';
  let complaint = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output = `${output}${text}`.slice(-KEPT_OUTPUT);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-KEPT_OUTPUT);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise;
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${complaint.trim() || output.trim()}`);
  return output;
}

function notePeaks(root: number, peaks: Map<number, number>): void {
  for (const pid of treePids(root)) {
    const bytes = peakOf(pid);
    if (bytes !== null) peaks.set(pid, bytes);
  }
}

/** Of children that have ended and were waited for, with theirs (proc(5), fields 16 and 17). */
function childrenCpuMs(): number {
  const text = textOf('/proc/self/stat');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
