import type { StorageSample } from '../state/rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A profile that lost more than this part from one sample to the next was made smaller on purpose. */
const SHRUNK = 0.8;

/** How far back growth is looked at. */
export const GROWTH_WINDOW_MS = 7 * DAY_MS;

/** How far back sizes are told. */
export const SIZES_WINDOW_MS = 30 * DAY_MS;

/**
 * Bytes that a profile grows per day, by samples in order of time, since it was last made smaller: a trim is no growth.
 * Negative where it shrinks by itself; null until there is an hour to judge by.
 */
export function growthPerDay(samples: readonly Pick<StorageSample, 'at' | 'bytes'>[]): number | null {
  const steady = samples.slice(lastFall(samples));
  const [first, last] = [steady[0], steady.at(-1)];
  if (first === undefined || last === undefined) return null;
  const span = Date.parse(last.at) - Date.parse(first.at);
  return span < HOUR_MS ? null : Math.round(((last.bytes - first.bytes) / span) * DAY_MS);
}

/** Where the samples begin that have no such fall between them. */
function lastFall(samples: readonly { bytes: number }[]): number {
  const fell = ({ bytes }: { bytes: number }, i: number): boolean => bytes < (samples[i - 1]?.bytes ?? 0) * SHRUNK;
  return Math.max(0, samples.findLastIndex(fell));
}
