import type { Worker } from 'node:worker_threads';
import { errorText } from '@leadmaster/protocol/errors';
import { captureFailed } from './failures.ts';
import { thawStrays } from './freeze/index.ts';
import { scriptBeside, startThread } from './thread.ts';
import type { WorkerOrder, WorkerWord } from './worker-words.ts';

const SCRIPT = scriptBeside(import.meta.url, 'worker');
/** Beyond what the worker allows itself: then it hangs, or is dead. */
const GRACE_MS = 1000;
/** The whole of it, for disks that answer no more. */
const DEADLINE_MS = 5 * 60_000;

export type Done = Extract<WorkerWord, { say: 'done' }>;

/**
 * Has a worker take the copy, and answers for the browser: however the worker ends (an error, its exit, silence, a
 * call to stop), the browser runs again before this rejects.
 *
 * @throws LeadMasterError `capture_failed`, or the signal's reason.
 */
export async function supervise(
  order: Omit<WorkerOrder, 'cancelled'>,
  options: { signal?: AbortSignal | undefined; script?: URL } = {},
): Promise<Done> {
  options.signal?.throwIfAborted();
  const cancelled = new Int32Array(new SharedArrayBuffer(4));
  const thaw = () => {
    if (order.browser !== null) thawStrays([order.browser]);
  };
  const worker = startThread(options.script ?? SCRIPT, { ...order, cancelled });
  try {
    const done = await lastWord(worker, order.maxPauseMs + GRACE_MS, options.signal);
    await worker.terminate();
    return done;
  } catch (error) {
    Atomics.store(cancelled, 0, 1);
    // At once, for a worker that hangs in a call to the disk ends only with it; and again when it can stop nothing more.
    thaw();
    await worker.terminate();
    thaw();
    throw error;
  }
}

function lastWord(worker: Worker, pauseMs: number, signal: AbortSignal | undefined): Promise<Done> {
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const fail = (detail: string) => reject(captureFailed(detail));
  const onAbort = () => reject(signal?.reason);
  const overall = setTimeout(fail, DEADLINE_MS, `It took longer than ${DEADLINE_MS / 1000} s.`);
  let pause: NodeJS.Timeout | undefined;
  signal?.addEventListener('abort', onAbort, { once: true });
  worker.on('message', (word: WorkerWord) => {
    if (word.say === 'freezing')
      pause = setTimeout(fail, pauseMs, `The browser stood still for more than ${pauseMs} ms.`);
    else if (word.say === 'thawed') clearTimeout(pause);
    else if (word.say === 'done') resolve(word);
    else reject(captureFailed(word.detail, word.hint));
  });
  worker.on('messageerror', (error) => fail(`Its thread was not understood: ${errorText(error)}`));
  worker.on('error', (error) => fail(`Its thread failed: ${errorText(error)}`));
  worker.on('exit', (code) => fail(`Its thread ended without an answer (${code}).`));
  return promise.finally(() => {
    clearTimeout(overall);
    clearTimeout(pause);
    signal?.removeEventListener('abort', onAbort);
  });
}
