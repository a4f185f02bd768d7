import { LeadMasterError } from '@leadmaster/protocol';
import type { BlobSource } from './blob-store.ts';

/** Small enough to take turns, large enough to cost nothing. */
const SLICE_BYTES = 64 * 1024;

/** Any body as a source, read in slices. */
export function sourceOf(body: Uint8Array | BlobSource): BlobSource {
  if (!(body instanceof Uint8Array)) return body;
  return { length: body.length, open: () => slices(body) };
}

/** Bytes in pieces of one moderate size. */
export async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

/**
 * The bytes of a source, of the announced length or an error. The last chunk is held back until the source has ended:
 * else a store could have all that was announced, and keep it, before the error.
 */
export async function* exactly(key: string, source: BlobSource): AsyncGenerator<Uint8Array> {
  let given = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of source.open()) {
    if (chunk.length === 0) continue;
    given += chunk.length;
    if (given > source.length) throw wrongLength(key, source.length, `gave ${given} bytes or more`);
    if (held !== null) yield held;
    held = chunk;
  }
  if (given < source.length) throw wrongLength(key, source.length, `ended after ${given}`);
  if (held !== null) yield held;
}

/** The whole body in memory; for bodies known to be small. */
export async function collect(key: string, body: Uint8Array | BlobSource): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of exactly(key, body)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function wrongLength(key: string, said: number, found: string): LeadMasterError {
  const hint = 'What it is made from has changed while it was read; try again.';
  return new LeadMasterError('internal', `The body of ${key} should have ${said} bytes but ${found}.`, hint);
}
