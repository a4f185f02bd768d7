/** Smaller buffers share their memory, and are left to the collector. */
const LARGE = 64 * 1024;

/**
 * Gives the memory of a large buffer back at once; the buffer is empty afterwards. Megabytes pass through here faster
 * than the collector looks for them, and what waits for it would be most of the memory that a save takes.
 */
export function release(buffer: Buffer): void {
  const memory = buffer.buffer;
  if (buffer.length < LARGE || !(memory instanceof ArrayBuffer) || memory.byteLength !== buffer.length) return;
  memory.transfer(0);
}
