import { expect, test } from 'vitest';
import { Rounds } from '../../src/wait/rounds.ts';

test('rounds follow one another, and a close waits for the one under way and begins no other', async () => {
  const [third, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [count, open] = [0, 0];
  const rounds = new Rounds(async () => {
    count += 1;
    open += 1;
    expect(open).toBe(1);
    if (count === 3) {
      third.resolve();
      await end.promise;
    }
    open -= 1;
    return 0;
  });
  rounds.start();
  rounds.start();
  await third.promise;
  const closed = rounds.close();
  expect(rounds.signal.aborted).toBe(true);
  end.resolve();
  await closed;
  expect([count, open]).toEqual([3, 0]);
});

test('a close ends the pause between two rounds', async () => {
  const first = Promise.withResolvers<void>();
  const rounds = new Rounds(async () => {
    first.resolve();
    return 3_600_000;
  });
  rounds.start();
  await first.promise;
  await rounds.close();
});
