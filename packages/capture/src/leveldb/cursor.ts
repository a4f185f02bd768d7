import { Damaged } from './damaged.ts';

/** Reads LevelDB's numbers and strings one after another. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /**
   * Seven bits a byte, lowest first, at most 64 bits. Exact up to 2^53; what is larger names no file that exists.
   *
   * @throws Damaged
   */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Damaged('holds a number without an end');
  }

  /**
   * A string with its length before it.
   *
   * @throws Damaged
   */
  bytes(): Buffer {
    const length = this.varint();
    if (length > this.#bytes.length - this.#at) throw new Damaged('holds a string without an end');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
