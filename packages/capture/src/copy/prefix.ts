import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs';

const PIECE = 2 ** 20;

/** Puts in a file's place a copy of its first bytes; the file itself, which may have other names, stays as it is. */
export function copyPrefix(path: string, size: number): void {
  const part = `${path}.part`;
  const from = openSync(path, 'r');
  try {
    const to = openSync(part, 'wx', 0o600);
    try {
      copyBytes(from, to, size);
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
  renameSync(part, path);
}

function copyBytes(from: number, to: number, size: number): void {
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, size));
  for (let at = 0; at < size; ) {
    const read = readSync(from, piece, 0, Math.min(piece.length, size - at), at);
    if (read === 0) throw new Error(`a file that only grows has become shorter than ${size} bytes`);
    for (let written = 0; written < read; ) written += writeSync(to, piece, written, read - written, at + written);
    at += read;
  }
}
