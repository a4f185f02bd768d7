import type { Output } from '../io.ts';
import { ink } from './ink.ts';

/** A block of lines at the end of a terminal that is drawn again in its place. */
export class LiveView {
  readonly #out: Output;
  #drawn: string[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  /** Whether a block of that size can be shown whole. */
  fits(width: number, height: number): boolean {
    return (this.#out.columns ?? 80) >= width && (this.#out.rows ?? 24) > height;
  }

  /** Replaces what was drawn before. Lines that did not change are left alone, so nothing flickers. */
  draw(texts: readonly string[]): void {
    const lines = texts.map(ink.line);
    const before = this.#drawn;
    const same = before.length === lines.length;
    if (same && lines.every((line, i) => line === before[i])) return;
    let text = before.length > 0 ? `\u001b[${before.length}A\r` : '';
    if (!same && before.length > 0) text += '\u001b[0J';
    lines.forEach((line, i) => {
      text += same && line === before[i] ? '\n' : `\u001b[2K${line}\n`;
    });
    this.#out.write(text);
    this.#drawn = lines;
  }

  /** Takes everything away again. */
  clear(): void {
    if (this.#drawn.length > 0) this.#out.write(`\u001b[${this.#drawn.length}A\r\u001b[0J`);
    this.#drawn = [];
  }
}
