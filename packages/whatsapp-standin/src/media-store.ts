import { createHash, randomBytes } from 'node:crypto';

/** WhatsApp's media server: bytes by the path under which they were put. Paths are never guessed, media never expire. */
export class MediaStore {
  readonly #byPath = new Map<string, Buffer>();

  /** Keeps the bytes; the answer is their `directPath`. */
  put(bytes: Buffer): string {
    const path = `/v/t62.7118-24/${randomBytes(12).toString('hex')}_n.enc`;
    this.#byPath.set(path, bytes);
    return path;
  }

  get(path: string): Buffer | undefined {
    return this.#byPath.get(path);
  }

  /** All of them, with their bytes in base64, for a file. */
  toState(): readonly (readonly [string, string])[] {
    return [...this.#byPath].map(([path, bytes]) => [path, bytes.toString('base64')]);
  }

  fromState(entries: readonly (readonly [string, string])[]): void {
    for (const [path, data] of entries) this.#byPath.set(path, Buffer.from(data, 'base64'));
  }
}

/** The SHA-256 of bytes, in base64: WhatsApp's `filehash`. */
export function fileHash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64');
}
