/** How many items wait at most; what comes beyond is found in the chats later. */
const HELD_MAX = 2_000;

/** News of a page before its account is known: they wait, in order, and are told or dropped. */
export class HeldNews {
  #waiting: (() => void)[] | null = null;

  /** Tells at once, or when it is let through. */
  pass(tell: () => void): void {
    if (this.#waiting === null) tell();
    else if (this.#waiting.length < HELD_MAX) this.#waiting.push(tell);
  }

  /** From now on everything waits; what waited before is dropped. */
  hold(): void {
    this.#waiting = [];
  }

  /** Tells what waited, and everything from now on. */
  release(): void {
    const waited = this.#waiting ?? [];
    this.#waiting = null;
    for (const tell of waited) tell();
  }
}
