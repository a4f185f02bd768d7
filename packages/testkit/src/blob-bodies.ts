import { createHash, randomBytes } from 'node:crypto';
import type { BlobSource } from '@leadmaster/vault';

export const MIB = 1024 * 1024;
export const LARGE = 20 * MIB;

/** A body of some chunks that can be read as often as one likes. */
export function sourceOf(chunks: readonly Uint8Array[]): BlobSource {
  return {
    length: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    async *open() {
      yield* chunks;
    },
  };
}

/** 20 MB in chunks of odd sizes, made as they are read; `at` says what lies where, `digest` what all of it is. */
export function largeSource(): {
  source: BlobSource;
  digest: () => string;
  at: (offset: number, length: number) => Buffer;
} {
  const pattern = randomBytes(1_000_003);
  const at = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; ) {
      const from = (offset + i) % pattern.length;
      i += pattern.copy(bytes, i, from, Math.min(pattern.length, from + length - i));
    }
    return bytes;
  };
  const source: BlobSource = {
    length: LARGE,
    async *open() {
      for (let offset = 0; offset < LARGE; offset += 777_777) yield at(offset, Math.min(777_777, LARGE - offset));
    },
  };
  return { source, digest: () => createHash('sha256').update(at(0, LARGE)).digest('hex'), at };
}

/** A source whose origin fails at the very end, when all of it has been given. */
export function breakingSource(length: number, failure: Error): BlobSource {
  return {
    length,
    async *open() {
      yield Buffer.alloc(Math.floor((length * 3) / 4));
      yield Buffer.alloc(length - Math.floor((length * 3) / 4));
      throw failure;
    },
  };
}
