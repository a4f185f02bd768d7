import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { anyOf, deadline, isOverdue, within } from '../../src/wait/deadline.ts';
import { withSignal } from '../../src/wait/with-signal.ts';

const never = new Promise<never>(() => undefined);

describe('a deadline', () => {
  test('passes with an error that says so', async () => {
    const passed = await withSignal(never, deadline(5)).catch((error: unknown) => error);
    expect(isOverdue(passed)).toBe(true);
  });

  test('ends with a signal that is given, and its reason, which is not overdue', async () => {
    const caller = new AbortController();
    const waiting = withSignal(never, deadline(60_000, undefined, caller.signal));
    const reason = new Error('hung up');
    caller.abort(reason);
    const why = await waiting.catch((error: unknown) => error);
    expect(why).toBe(reason);
    expect(isOverdue(why)).toBe(false);
    expect(isOverdue('TimeoutError')).toBe(false);
  });

  test('is the one signal where no other is given', () => {
    const { signal } = new AbortController();
    expect(anyOf(signal, undefined)).toBe(signal);
  });
});

describe('work that is waited for', () => {
  test('for a time gives its result, or what stands for a late one', async () => {
    expect(await within(60_000, Promise.resolve('done'), 'late')).toBe('done');
    expect(await within(1, never, 'late')).toBe('late');
    await expect(within(60_000, Promise.reject(new Error('failed')), 'late')).rejects.toThrow('failed');
  });

  test('under a signal leaves no listener behind, and its later failure is not unhandled', async () => {
    const { signal } = new AbortController();
    const work = Promise.withResolvers<string>();
    const waiting = withSignal(work.promise, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    work.resolve('done');
    expect(await waiting).toBe('done');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const failing = Promise.withResolvers<void>();
    await expect(withSignal(failing.promise, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    failing.reject(new Error('later'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
