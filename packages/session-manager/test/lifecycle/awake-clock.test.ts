import { expect, test } from 'vitest';
import { AwakeClock } from '../../src/lifecycle/awake-clock.ts';

function playing() {
  let steady = 0;
  const clock = new AwakeClock(() => steady);
  /** Ticks every second, as a process does that is not held up. */
  const runs = (ms: number): number => {
    for (let left = ms; left > 0; left -= 1000) {
      steady += Math.min(1000, left);
      clock.now();
    }
    return clock.now();
  };
  const stands = (ms: number): number => {
    steady += ms;
    return clock.now();
  };
  return { runs, stands };
}

test('while nothing holds the process up, it is the time that passes', () => {
  const { runs } = playing();
  expect(runs(90_500)).toBe(90_500);
});

test('a standstill counts for one tick, however long and however often', () => {
  const { runs, stands } = playing();
  runs(10_000);
  expect(stands(150_000)).toBe(11_000);
  expect(runs(5_000)).toBe(16_000);
  expect(stands(8 * 3_600_000)).toBe(17_000);
});

test('a tick that comes a little late is no standstill', () => {
  const { stands } = playing();
  expect(stands(2_900)).toBe(2_900);
});
