/** Runs work on every item, a few at a time; the first error ends it, after what runs has ended. */
export async function forEachLimit<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failed = false;
  let turn: Promise<unknown> = Promise.resolve();
  // One `next` at a time: not every source can answer two.
  const next = (): Promise<IteratorResult<T>> => {
    const result = turn.then(() => (failed ? { done: true as const, value: undefined } : iterator.next()));
    turn = result.catch(() => undefined);
    return result;
  };
  const worker = async () => {
    try {
      for (let item = await next(); item.done !== true; item = await next()) await work(item.value);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  const bad = results.find((result) => result.status === 'rejected');
  if (bad === undefined) return;
  await iterator.return?.(undefined);
  throw bad.reason;
}

/** At most so many at once; the others wait in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** Work on one subject happens one after the other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(subject: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(subject) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.#last.set(subject, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(subject) === settled) this.#last.delete(subject);
    }
  }
}
