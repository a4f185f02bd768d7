interface Task {
  key: string;
  run: () => Promise<void>;
}

/**
 * Runs tasks of one key one after the other, in the order they were given, and those of different keys beside each other,
 * up to a width. Tasks settle their own failures: one that rejects is not heard of here.
 */
export class Lanes {
  readonly #width: number;
  readonly #waiting = new Map<string, Task[]>();
  readonly #busy = new Set<string>();

  constructor(width: number) {
    this.#width = width;
  }

  add(task: Task): void {
    const line = this.#waiting.get(task.key);
    if (line === undefined) this.#waiting.set(task.key, [task]);
    else line.push(task);
    this.#next();
  }

  /** Keys that wait longest come first: one that has had its turn lines up again behind the others. */
  #next(): void {
    for (const [key, line] of this.#waiting) {
      if (this.#busy.size >= this.#width) return;
      const task = this.#busy.has(key) ? undefined : line.shift();
      if (task === undefined) continue;
      this.#waiting.delete(key);
      if (line.length > 0) this.#waiting.set(key, line);
      this.#start(task);
    }
  }

  #start({ key, run }: Task): void {
    this.#busy.add(key);
    void run().finally(() => {
      this.#busy.delete(key);
      this.#next();
    });
  }
}
