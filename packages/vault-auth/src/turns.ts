/** Runs tasks one after the other, in the order they were given. A task that fails does not stop the next. */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#tail.then(task);
    this.#tail = mine.catch(() => undefined);
    return mine;
  }
}
