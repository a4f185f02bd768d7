import type { MainDocuments } from './documents.ts';

/**
 * Puts the library into the page, once per document: one injection at a time, however often it is asked for. One whose
 * document goes away is dropped, and another follows for the document that came.
 */
export class Injection {
  readonly #documents: MainDocuments;
  readonly #inject: () => Promise<void>;
  readonly #deadlineMs: number;
  #running: Promise<void> | null = null;
  /** The last document that was tried. A failed injection may have left listeners there: it is not tried twice. */
  #tried = 0;

  /** `deadlineMs`: for how long a page that keeps reloading itself is tried again. */
  constructor(documents: MainDocuments, inject: () => Promise<void>, deadlineMs: number) {
    this.#documents = documents;
    this.#inject = inject;
    this.#deadlineMs = deadlineMs;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Resolves once the present document has been tried. Rejects with what failed in a document that stayed. */
  request(): Promise<void> {
    this.#running ??= this.#tryAll().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #tryAll(): Promise<void> {
    const deadline = performance.now() + this.#deadlineMs;
    while (this.#tried !== this.#documents.current) {
      this.#tried = this.#documents.current;
      await this.#tryPresent(deadline);
    }
  }

  async #tryPresent(deadline: number): Promise<void> {
    const document = this.#documents.current;
    try {
      await this.#documents.bind(this.#inject);
    } catch (error) {
      const leftMs = deadline - performance.now();
      if (!this.#documents.isGone(document) || leftMs <= 0) throw error;
      // The page was left under the injection, and the news of the next document may lag behind that.
      if (document === this.#documents.current) await this.#documents.next(leftMs);
      if (document === this.#documents.current) throw error;
    }
  }
}
