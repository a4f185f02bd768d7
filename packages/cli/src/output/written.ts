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

  /** Waits until everything is written or has failed; the first failure, or null. */
  async finish(): Promise<NodeJS.ErrnoException | null> {
    await new Promise<void>((resolve) => this.#out.write('', () => resolve()));
    return this.#failure;
  }
}

/** Aborts once standard output takes nothing any more: for commands that would go on printing for ever. */
export function untilUnread({ stdout }: Io): AbortSignal {
  const unread = new AbortController();
  stdout.once('error', () => unread.abort());
  return unread.signal;
}
