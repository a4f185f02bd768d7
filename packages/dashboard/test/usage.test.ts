import { expect, test } from 'vitest';
import { lastAndMost, seriesOf } from '../src/model/usage.ts';

const MIB = 2 ** 20;

/** Samples at these minutes, each with 3 s of processor time since the one before. */
function report(minutes: readonly number[]) {
  const items = minutes.map((minute) => {
    const at = new Date(Date.UTC(2026, 0, 31, 10, 0, minute * 60)).toISOString();
    return { at, memoryBytes: 300 * MIB, processorMs: 3_000 };
  });
  return { everySeconds: 60, items };
}

test('the share of a core is counted from one sample to the next, also where they come early', () => {
  const { memory, processor } = seriesOf(report([0, 1, 1.5]));
  expect(memory).toEqual([300 * MIB, 300 * MIB, 300 * MIB]);
  expect(processor).toEqual([null, 0.05, 0.1]);
});

test('where the browser did not run, the lines are broken, and no time is counted over the gap', () => {
  const { times, memory, processor } = seriesOf(report([0, 1, 30, 31]));
  const first = times[0] ?? 0;
  expect(times.map((time) => (time - first) / 60)).toEqual([0, 1, 29, 30, 31]);
  expect(memory[2]).toBeNull();
  expect(processor).toEqual([null, 0.05, null, null, 0.05]);
});

test('no samples make no line; the last value and the largest pass over gaps', () => {
  expect(seriesOf(report([]))).toEqual({ times: [], memory: [], processor: [] });
  expect(lastAndMost([])).toBeNull();
  expect(lastAndMost([null, 4, 7, 5, null])).toEqual({ last: 5, most: 7 });
});
