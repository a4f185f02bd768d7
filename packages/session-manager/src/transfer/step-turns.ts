import { inTurns, type SerialQueue } from '@leadmaster/service-kit/wait';

/** Who may be at work on a transfer: one step at a time, and beside each other the pieces of different files. */
export class StepTurns {
  readonly #queues = new Map<string, SerialQueue>();
  /** Pieces that are being written, by transfer. */
  readonly #coming = new Map<string, Set<Promise<unknown>>>();

  /** A step with nothing else at work on the transfer. */
  alone<T>(id: string, task: () => Promise<T>): Promise<T> {
    return inTurns(this.#queues, id, async () => {
      await Promise.allSettled(this.#coming.get(id) ?? []);
      return task();
    });
  }

  /**
   * Work on one file, beside that on others. `admit` is asked in turn with the steps, and may refuse; the step after it
   * waits for the work.
   */
  async beside<T>(id: string, file: string, admit: () => void, work: () => Promise<T>): Promise<T> {
    const { begun } = await inTurns(this.#queues, id, async () => {
      admit();
      return { begun: this.#begin(id, () => inTurns(this.#queues, `${id} ${file}`, work)) };
    });
    return begun;
  }

  #begin<T>(id: string, work: () => Promise<T>): Promise<T> {
    const coming = this.#coming.get(id) ?? new Set();
    this.#coming.set(id, coming);
    const begun = work().finally(() => {
      coming.delete(begun);
      if (coming.size === 0 && this.#coming.get(id) === coming) this.#coming.delete(id);
    });
    coming.add(begun);
    return begun;
  }
}
