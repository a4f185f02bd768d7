import { readFile } from 'node:fs/promises';
import { onLinux, type ProcessFacts } from '@leadmaster/capture/processes';

/** One clock tick of `/proc/PID/stat` in milliseconds: Linux tells user space 100 a second on every machine (proc(5)). */
const TICK_MS = 10;

/**
 * Processor time of a browser's whole tree, summed up over the looks at it: processes come and go, and the time of one that
 * has gone stays counted as far as it was seen.
 */
export class ProcessorTime {
  /** Ticks by pid and start time, as they were seen last. */
  #seen = new Map<string, number>();
  #totalMs = 0;

  /** Milliseconds that these processes, and those of earlier looks, have used since their start; null where the system does not tell. */
  async upTo(members: readonly Pick<ProcessFacts, 'pid' | 'startTicks'>[]): Promise<number | null> {
    if (!onLinux) return null;
    const seen = new Map<string, number>();
    for (const { pid, startTicks } of members) {
      const ticks = ticksIn(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
      if (ticks === null) continue;
      const key = `${pid} ${startTicks}`;
      this.#totalMs += Math.max(0, ticks - (this.#seen.get(key) ?? 0)) * TICK_MS;
      seen.set(key, ticks);
    }
    this.#seen = seen;
    return this.#totalMs;
  }
}

/** Ticks in user and kernel mode: fields 14 and 15, counted from the name in brackets. Null for what is no such line. */
function ticksIn(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return stat === '' || Number.isNaN(ticks) ? null : ticks;
}
