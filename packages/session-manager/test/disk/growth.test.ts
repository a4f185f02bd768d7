import { describe, expect, test } from 'vitest';
import { growthPerDay } from '../../src/disk/growth.ts';

const HOUR = 3_600_000;

function samples(...sizes: number[]): { at: string; bytes: number }[] {
  return sizes.map((bytes, i) => ({ at: new Date(i * HOUR).toISOString(), bytes }));
}

describe('growth per day', () => {
  test.each([
    ['no samples', samples(), null],
    ['one', samples(100), null],
    ['an hour', samples(100, 101), 24],
    ['steady', samples(100, 110, 120, 130), 240],
    ['a profile that shrinks by itself', samples(100, 95), -120],
    ['swings of compaction', samples(100, 120, 105, 125, 110, 112), 58],
    ['since the trim', samples(900, 1000, 100, 101, 102), 24],
    ['since the last of two trims', samples(900, 100, 800, 90, 91), 24],
    ['just trimmed', samples(900, 1000, 100), null],
  ])('%s', (_what, given, expected) => {
    expect(growthPerDay(given)).toBe(expected);
  });

  test('is not judged by less than an hour', () => {
    const at = (ms: number) => new Date(ms).toISOString();
    expect(
      growthPerDay([
        { at: at(HOUR - 1), bytes: 1 },
        { at: at(HOUR + 1), bytes: 1e9 },
      ]),
    ).toBeNull();
  });
});
