import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io, Output } from '../io.ts';

/** Watches standard output: whether all that a command has written to it has arrived. */
export class WrittenOutput {
  readonly #out: Output;
  #failure: NodeJS.ErrnoException | null = null;

  constructor({ stdout, stderr }: Io) {
    this.#out = stdout;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure ??= error;
    });
    // What is said beside the result has no other place to go, and must not end the work that it is about.
    stderr.on('error', () => {});
  }

  /** Waits until everything is written or has failed, or for so many milliseconds; the first failure, or null. */
  async finish(withinMs: number): Promise<NodeJS.ErrnoException | null> {
    const { promise: written, resolve } = Promise.withResolvers<void>();
    this.#out.write('', () => resolve());
    await (withinMs === Number.POSITIVE_INFINITY ? written : Promise.race([written, sleep(withinMs)]));
    return this.#failure;
  }
}

/** Waits until a slow reader of standard output has caught up: what is printed meanwhile would be kept in memory. */
export async function readerReady({ stdout }: Io, signal: AbortSignal): Promise<void> {
  if (stdout.writableNeedDrain) await once(stdout, 'drain', { signal }).catch(() => undefined);
}

/** Aborts once standard output no longer takes anything: for commands that would keep printing for ever. */
export function untilUnread({ stdout }: Io): AbortSignal {
  const unread = new AbortController();
  stdout.once('error', () => unread.abort());
  return unread.signal;
}
