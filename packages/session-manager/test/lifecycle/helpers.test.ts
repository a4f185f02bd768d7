import { SerialQueue, Slots } from '@leadmaster/service-kit/wait';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/lifecycle/backoff.ts';

describe('backoff', () => {
  const limits = { firstMs: 1000, maxMs: 60_000 };

  it('doubles up to the cap and takes off at most half', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const ceiling = Math.min(60_000, 1000 * 2 ** attempt);
        const pause = backoffMs(attempt, limits, () => random);
        expect(pause).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
        expect(pause).toBeLessThanOrEqual(ceiling);
      }),
    );
  });

  it('spreads sessions that fell together', () => {
    const pauses = new Set(Array.from({ length: 50 }, () => backoffMs(6, limits)));
    expect(pauses.size).toBeGreaterThan(25);
  });
});

describe('the serial queue', () => {
  it('runs one task at a time, in order, whatever fails', async () => {
    const queue = new SerialQueue();
    const log: string[] = [];
    const task =
      (name: string, fail = false) =>
      async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} ends`);
        if (fail) throw new Error(name);
      };
    const results = await Promise.allSettled([queue.run(task('a')), queue.run(task('b', true)), queue.run(task('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});

describe('places', () => {
  const never = new AbortController().signal;

  it('hands out no more than there are, first come first served', async () => {
    const places = new Slots(2);
    const first = await places.take(never);
    await places.take(never);
    const order: number[] = [];
    const arrive = async (who: number) => {
      const free = await places.take(never);
      order.push(who);
      return free;
    };
    const third = arrive(3);
    const fourth = arrive(4);
    expect(order).toEqual([]);
    first();
    (await third)();
    await fourth;
    expect(order).toEqual([3, 4]);
  });

  it('gives a place back once, however often it is told', async () => {
    const places = new Slots(1);
    const free = await places.take(never);
    free();
    free();
    await places.take(never);
    const waiting = places.take(AbortSignal.timeout(20));
    await expect(waiting).rejects.toThrow();
  });

  it('lets those who wait give up', async () => {
    const places = new Slots(1);
    const free = await places.take(never);
    const gone = new AbortController();
    const waiting = places.take(gone.signal);
    gone.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    free();
    await places.take(never);
  });
});
