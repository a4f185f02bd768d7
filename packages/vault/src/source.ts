interface Common {
  /** Relative, `/`-separated. */
  path: string;
  mode: number;
  mtimeMs: number;
}

export interface SourceFile extends Common {
  kind: 'file';
  size: number;
  /**
   * Equal to that of an earlier snapshot only if the content is the same: the file is then not opened. For a plain
   * folder device, inode, size and times; null when nothing is known that would prove it.
   */
  identity: string | null;
  /** The content. Pieces belong to the vault from then on. */
  open(): AsyncIterable<Buffer> | Buffer;
}

export interface SourceDirectory extends Common {
  kind: 'directory';
}

export interface SourceSymlink extends Common {
  kind: 'symlink';
  target: string;
}

/** What a snapshot is made from: a frozen capture, or a plain folder. */
export type SourceEntry = SourceFile | SourceDirectory | SourceSymlink;
export type Source = AsyncIterable<SourceEntry> | Iterable<SourceEntry>;

/** The content of a file in pieces of exactly `size` bytes, but for the last. */
export async function* cut(
  body: AsyncIterable<Buffer> | Buffer,
  expected: number,
  size: number,
): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(body)) {
    for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
    return;
  }
  let piece: Buffer | null = null;
  let filled = 0;
  let given = 0;
  for await (const part of body) {
    let from = 0;
    // The common cases, a source that reads in our size and a small file read at once: nothing is copied.
    if (piece === null && part.length === size) {
      given += size;
      yield part;
      continue;
    }
    if (piece === null && part.length < size && given + part.length === expected) {
      piece = part;
      filled = part.length;
      continue;
    }
    while (from < part.length) {
      piece ??= Buffer.allocUnsafeSlow(expected > given ? Math.min(size, expected - given) : size);
      const taken = part.copy(piece, filled, from);
      from += taken;
      filled += taken;
      if (filled < piece.length) continue;
      // A file that grew since it was measured continues in the same piece.
      if (filled < size && from < part.length) {
        piece = Buffer.concat([piece], size);
        continue;
      }
      if (filled < size) continue;
      given += size;
      yield piece;
      piece = null;
      filled = 0;
    }
  }
  if (piece !== null && filled > 0) yield piece.subarray(0, filled);
}
