import type { UsageReport } from '@leadmaster/protocol';

/** Samples that are further apart than so many turns have a browser that did not run between them. */
const GAP_TURNS = 2.5;

/** Lines of one chart: times in seconds, and for each line a value at each time, or null for a gap. */
export interface Series {
  times: number[];
  memory: (number | null)[];
  /** Share of one core, 0.04 for 4 %. */
  processor: (number | null)[];
}

/** What a browser used, over time. Where it did not run, or had just been started, the line is broken. */
export function seriesOf({ items, everySeconds }: UsageReport): Series {
  const series: Series = { times: [], memory: [], processor: [] };
  const add = (time: number, memory: number | null, processor: number | null): void => {
    series.times.push(time);
    series.memory.push(memory);
    series.processor.push(processor);
  };
  let before: number | null = null;
  for (const { at, memoryBytes, processorMs } of items) {
    const time = Date.parse(at) / 1000;
    const isGap = before !== null && time - before > GAP_TURNS * everySeconds;
    if (isGap) add(time - everySeconds, null, null);
    const spanMs = before === null || isGap ? 0 : (time - before) * 1000;
    add(time, memoryBytes, spanMs === 0 ? null : processorMs / spanMs);
    before = time;
  }
  return series;
}

/** The last value and the largest; null where there is none. */
export function lastAndMost(values: readonly (number | null)[]): { last: number; most: number } | null {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  return last === undefined ? null : { last, most: known.reduce((most, value) => Math.max(most, value), 0) };
}
