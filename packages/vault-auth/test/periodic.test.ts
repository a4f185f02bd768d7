import { EventEmitter, once } from 'node:events';

import { expect, test } from 'vitest';
import { Periodic } from '../src/periodic.ts';

test('never two at once, and what fails is told and tried again', async () => {
  const done = new EventEmitter();
  const failures: unknown[] = [];
  let running = 0;
  let turns = 0;
  const periodic = new Periodic(
    async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise(setImmediate);
      running -= 1;
      turns += 1;
      if (turns === 1) throw new Error('the first');
      if (turns === 4) done.emit('enough');
    },
    (error) => failures.push(error),
  );
  const enough = once(done, 'enough');
  periodic.start(1, 1);
  periodic.start(1, 1);
  await enough;
  await periodic.stop();
  expect(failures).toMatchObject([{ message: 'the first' }]);
});

test('a stop waits for the turn under way, and there is no further one', async () => {
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  let turns = 0;
  const periodic = new Periodic(
    async () => {
      turns += 1;
      begun.resolve();
      await mayEnd.promise;
    },
    () => undefined,
  );
  periodic.start(1, 1);
  await begun.promise;
  let isStopped = false;
  const stopped = periodic.stop().then(() => {
    isStopped = true;
  });
  await new Promise(setImmediate);
  expect(isStopped).toBe(false);
  mayEnd.resolve();
  await stopped;
  expect(turns).toBe(1);
  await periodic.stop();
});
