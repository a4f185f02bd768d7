import { expect, test } from 'vitest';
import { UsageHistory } from '../../src/lifecycle/usage-history.ts';

const START = Date.parse('2026-11-30T06:00:00.000Z');
const at = (minute: number): Date => new Date(START + minute * 60_000);
const ALWAYS = new Date(0);

test('each sample has the processor time since the one before, and a new run begins at its own start', () => {
  const history = new UsageHistory();
  const [run, next] = [{}, {}];
  history.note('a', run, { memoryBytes: 204_800, processorMs: 1_000 }, at(0));
  history.note('a', run, { memoryBytes: 409_600, processorMs: 1_250 }, at(1));
  history.note('a', next, { memoryBytes: 102_400, processorMs: 400 }, at(2));
  expect(history.since('a', ALWAYS)).toEqual([
    { at: at(0).toISOString(), memoryBytes: 204_800, processorMs: 1_000 },
    { at: at(1).toISOString(), memoryBytes: 409_600, processorMs: 250 },
    { at: at(2).toISOString(), memoryBytes: 102_400, processorMs: 400 },
  ]);
  expect(history.since('a', at(2)).map(({ processorMs }) => processorMs)).toEqual([400]);
});

test('what could not be measured is null, and no processor time is made up', () => {
  const history = new UsageHistory();
  history.note('a', {}, { memoryBytes: null, processorMs: null }, at(0));
  expect(history.since('a', ALWAYS)).toEqual([{ at: at(0).toISOString(), memoryBytes: null, processorMs: 0 }]);
});

test('a day of samples is kept, and the newest take the place of the oldest', () => {
  const history = new UsageHistory();
  const run = {};
  for (let minute = 0; minute < 1_500; minute += 1)
    history.note('a', run, { memoryBytes: 1_024, processorMs: minute }, at(minute));
  const samples = history.since('a', ALWAYS);
  expect([samples.length, samples[0]?.at, samples.at(-1)?.at]).toEqual([
    1_440,
    at(60).toISOString(),
    at(1_499).toISOString(),
  ]);
});

test('sessions are apart, and one that is forgotten leaves nothing', () => {
  const history = new UsageHistory();
  history.note('a', {}, { memoryBytes: 1_024, processorMs: 1 }, at(0));
  history.note('b', {}, { memoryBytes: 2_048, processorMs: 2 }, at(0));
  history.forget('a');
  expect([history.since('a', ALWAYS), history.since('b', ALWAYS).length]).toEqual([[], 1]);
});
