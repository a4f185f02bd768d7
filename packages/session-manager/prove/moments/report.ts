/** How long one snapshot held its browser still. */
export interface PauseSample {
  mode: string;
  method: string;
  pauseMs: number;
}

export interface Pauses {
  count: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** What a proof of random moments found. Every list of failures is empty when all is well. */
export interface MomentsReport {
  seed: number;
  snapshots: number;
  rounds: number;
  /** Snapshots that came back READY without a scan. */
  ready: number;
  lost: string[];
  notReady: string[];
  /** Rows or messages that a copy should have held. */
  incomplete: string[];
  /** Rolled-back or doubled logins, noticed by the stand-in. */
  clones: string[];
  notTaken: string[];
  /** What the taking did to the sessions themselves, or to the load. */
  disturbed: string[];
  leftBehind: string[];
  /** By the kind of load (`bulk` is every bulk mode together) and by the way the browser was held still. */
  pauses: Record<string, Pauses>;
  /** What the load came to, by its mode and round by round: messages to each session, history of all of them together. */
  load: Record<string, { messagesPerSecond: number; bulkMbPerSecond: number }[]>;
  largestMb: number;
  seconds: number;
}

/** Sums pauses up. */
export function pausesOf(samples: readonly PauseSample[]): Record<string, Pauses> {
  const groups = new Map<string, number[]>();
  for (const { mode, method, pauseMs } of samples) {
    const load = mode === 'messages' ? 'messages' : 'bulk';
    for (const group of new Set([load, mode, `${load}/${method}`])) {
      groups.set(group, [...(groups.get(group) ?? []), pauseMs]);
    }
  }
  return Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, of]) => [name, figures(of)]));
}

/** The p99 of few samples is their maximum. */
function figures(samples: readonly number[]): Pauses {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
