import { describe, expect, test } from 'vitest';
import { Alarm } from '../../src/wait/alarm.ts';
import { Lanes } from '../../src/wait/lanes.ts';
import { SerialQueue } from '../../src/wait/serial-queue.ts';
import { Slots } from '../../src/wait/slots.ts';
import { inTurns } from '../../src/wait/turns.ts';

describe('the serial queue', () => {
  test('runs one task at a time, in order, whether or not one fails', async () => {
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

  test('hands out no more than there are, first come first served', async () => {
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

  test('gives a place back once, however often it is told', async () => {
    const places = new Slots(1);
    const free = await places.take(never);
    free();
    free();
    await places.take(never);
    const waiting = places.take(AbortSignal.timeout(20));
    await expect(waiting).rejects.toThrow();
  });

  test('lets those who wait give up', async () => {
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

describe('turns by name', () => {
  test('run one after the other for one name, beside each other for two, and leave no queue behind', async () => {
    const queues = new Map<string, SerialQueue>();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = inTurns(queues, 'a', async () => {
      await gate.promise;
      log.push('a 1');
    });
    const second = inTurns(queues, 'a', async () => void log.push('a 2'));
    await inTurns(queues, 'b', async () => void log.push('b'));
    expect(log).toEqual(['b']);
    gate.resolve();
    await Promise.all([first, second]);
    expect(log).toEqual(['b', 'a 1', 'a 2']);
    expect(queues.size).toBe(0);
  });
});

describe('lanes', () => {
  test('keep the order of one key, and no more than their width at once', async () => {
    const lanes = new Lanes(2);
    const log: string[] = [];
    let atOnce = 0;
    const task = (key: string, n: number) => ({
      key,
      run: async () => {
        atOnce += 1;
        expect(atOnce).toBeLessThanOrEqual(2);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${key}${n}`);
        atOnce -= 1;
      },
    });
    for (const key of ['a', 'b', 'c']) for (const n of [1, 2]) lanes.add(task(key, n));
    await expect.poll(() => log.length).toBe(6);
    for (const key of ['a', 'b', 'c']) {
      expect(log.filter((entry) => entry.startsWith(key))).toEqual([`${key}1`, `${key}2`]);
    }
  });
});

describe('an alarm', () => {
  const never = new AbortController().signal;

  test('ends the sleep that runs, and says that it rang', async () => {
    const alarm = new Alarm();
    const sleep = alarm.sleep(null, never);
    alarm.ring();
    expect(await sleep).toBe(true);
  });

  test('that rings before the sleep ends the next one alone', async () => {
    const alarm = new Alarm();
    alarm.ring();
    expect(await alarm.sleep(60_000, never)).toBe(true);
    expect(await alarm.sleep(1, never)).toBe(false);
  });

  test('sleeps no longer than its signal lets it', async () => {
    const gone = new AbortController();
    const sleep = new Alarm().sleep(null, gone.signal);
    gone.abort();
    expect(await sleep).toBe(false);
    expect(await new Alarm().sleep(null, gone.signal)).toBe(false);
  });
});
