import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { BrowserGroup, onLinux, type ProcessFacts, type ProcessIdentity } from '@leadmaster/capture/processes';

/** Memory of a browser. `bytes` is null when no process of it could be measured. */
export interface TreeMemory {
  bytes: number | null;
  processes: number;
  /** Processes whose PSS may not be read and were counted by their private pages instead: a little too low. */
  approximated: number;
}

const PAGE = 4096;

/**
 * Proportional set size of a browser's whole tree: shared pages are divided among those who share them, so that the
 * sum over all browsers is what they really cost. Processes that end meanwhile are passed over.
 */
export function treeMemory(browser: ProcessIdentity): Promise<TreeMemory> {
  return memoryOf(new BrowserGroup(browser).members());
}

/** The same of processes that are known. */
export async function memoryOf(members: readonly Pick<ProcessFacts, 'pid'>[]): Promise<TreeMemory> {
  const each = await Promise.all(members.map((p) => processMemory(p.pid)));
  const known = each.filter((m) => m !== null);
  return {
    bytes: known.length === 0 ? null : known.reduce((sum, m) => sum + m.bytes, 0),
    processes: known.length,
    approximated: known.filter((m) => !m.exact).length,
  };
}

async function processMemory(pid: number): Promise<{ bytes: number; exact: boolean } | null> {
  if (!onLinux) return residentByPs(pid);
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const pss = /^Pss:\s+([0-9]+) kB$/m.exec(rollup)?.[1];
  if (pss !== undefined) return { bytes: Number(pss) * 1024, exact: true };
  // Sandboxed children hide their maps from their own user; the counts in statm stay readable.
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  const [, resident, shared] = statm.split(' ').map(Number);
  if (resident === undefined || shared === undefined || Number.isNaN(resident - shared)) return null;
  return { bytes: (resident - shared) * PAGE, exact: false };
}

/** Without /proc: resident size, which counts shared pages once for everyone. */
function residentByPs(pid: number): { bytes: number; exact: boolean } | null {
  try {
    const kb = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
    return Number.isFinite(kb) && kb > 0 ? { bytes: kb * 1024, exact: false } : null;
  } catch {
    return null;
  }
}
