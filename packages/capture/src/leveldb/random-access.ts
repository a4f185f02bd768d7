import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { Damaged } from './damaged.ts';

/** A regular file opened to be read in pieces. */
export class RandomAccess implements Disposable {
  readonly size: number;
  readonly #fd: number;

  private constructor(fd: number, size: number) {
    this.#fd = fd;
    this.size = size;
  }

  /**
   * Follows no link, and does not wait on what is no file (a pipe has no end).
   *
   * @throws Damaged when it is no regular file; the error of the system when it cannot be opened.
   */
  static open(path: string): RandomAccess {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new Damaged('is not a file');
      return new RandomAccess(fd, stat.size);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Fills the target from a place of the file; the answer is shorter only where the file ends. */
  read(target: Buffer, position: number): Buffer {
    let filled = 0;
    while (filled < target.length) {
      const count = readSync(this.#fd, target, filled, target.length - filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return target.subarray(0, filled);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
