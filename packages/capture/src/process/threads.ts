import { readdirSync, readFileSync } from 'node:fs';
import { onLinux, readProcess } from './proc.ts';

/**
 * Whether nothing of a process runs: each of its threads is stopped or dead. The state of a process is only that of its
 * first thread; others may still be in the middle of a write.
 */
export function standsStill(pid: number): boolean {
  if (!onLinux) return isStill(readProcess(pid)?.state);
  const folder = `/proc/${pid}/task`;
  return threadsOf(folder).every((thread) => isStill(threadState(`${folder}/${thread}/stat`)));
}

function threadsOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function threadState(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'latin1');
    return text[text.lastIndexOf(')') + 2];
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Stopped, dead, or no longer there. */
function isStill(state: string | undefined): boolean {
  return state === undefined || 'TXZ'.includes(state);
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
}
