/** The vault after a prune. */
export interface SoakPoint {
  /** How many snapshots had been taken by then. */
  snapshot: number;
  kept: number;
  /** Bytes of the newest snapshot's files. */
  liveMb: number;
  /** Bytes of packs in the store, and those of them that no snapshot needs. */
  storedMb: number;
  unneededMb: number;
  packs: number;
}

/** What a soak found. Every list of failures is empty, and `growing` null, when all is well. */
export interface SoakReport {
  seed: number;
  snapshots: number;
  /** Days that passed on the vault's clock. */
  days: number;
  points: SoakPoint[];
  kept: number;
  drilled: number;
  bad: string[];
  failures: string[];
  wrongKept: string[];
  growing: string | null;
  disturbed: string[];
  leftBehind: string[];
  seconds: number;
}

/** What the last quarter may have above the one before it beyond what the profile itself has grown: packs come and go. */
const SLACK = 1.1;

/** Whether the vault grew in the last half by more than its profile did; null when it has levelled off. */
export function stillGrowing(points: readonly SoakPoint[]): string | null {
  const quarter = Math.floor(points.length / 4);
  if (quarter < 2) return null;
  const third = points.slice(-2 * quarter, -quarter);
  const fourth = points.slice(-quarter);
  const grown = (of: (point: SoakPoint) => number) => mean(fourth.map(of)) / mean(third.map(of));
  const stored = grown(({ storedMb }) => storedMb);
  const live = Math.max(
    1,
    grown(({ liveMb }) => liveMb),
  );
  if (stored <= live * SLACK) return null;
  return `the vault grew by a factor of ${stored.toFixed(2)} in the last half, the profile by ${live.toFixed(2)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
