import type { BigIntStats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { CHUNK_BYTES } from './format/chunk.ts';
import type { Source, SourceEntry } from './source.ts';
import { hasCode } from './store/folder-errors.ts';

/** Files that are looked at together: waiting for each alone would be most of the time that unchanged ones take. */
const AT_ONCE = 64;

/**
 * A folder as it is, for one that no process writes to: a stopped profile, a frozen copy. Sockets, pipes and devices
 * are left out, and what has a name that is not UTF-8. A file counts as unchanged while device, inode, size and both times stay.
 */
export function folderSource(folder: string, options: { include?: (path: string) => boolean } = {}): Source {
  return walk(folder, '', options.include ?? (() => true));
}

async function* walk(folder: string, base: string, include: (path: string) => boolean): AsyncGenerator<SourceEntry> {
  const names = (await fs.readdir(join(folder, base))).sort();
  const paths = names.map((name) => (base === '' ? name : `${base}/${name}`)).filter(include);
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const batch = paths.slice(at, at + AT_ONCE);
    for (const entry of await Promise.all(batch.map((path) => describe(join(folder, path), path)))) {
      if (entry === null) continue;
      yield entry;
      if (entry.kind === 'directory') yield* walk(folder, entry.path, include);
    }
  }
}

async function describe(full: string, path: string): Promise<SourceEntry | null> {
  const stat = await fs.lstat(full, { bigint: true }).catch((error: unknown) => {
    // Node lists a name that is not UTF-8 with U+FFFD in it, and finds nothing by that.
    if (hasCode(error, 'ENOENT') && path.includes('\uFFFD')) return null;
    throw error;
  });
  if (stat === null) return null;
  const common = { path, mode: Number(stat.mode & 0o777n), mtimeMs: Number(stat.mtimeNs) / 1e6 };
  if (stat.isDirectory()) return { ...common, kind: 'directory' };
  if (stat.isSymbolicLink()) return { ...common, kind: 'symlink', target: await fs.readlink(full) };
  if (!stat.isFile()) return null;
  const size = Number(stat.size);
  return { ...common, kind: 'file', size, identity: identityOf(stat), open: () => readFile(full, size) };
}

function identityOf(stat: BigIntStats): string {
  return [stat.dev, stat.ino, stat.ctimeNs, stat.size, stat.mtimeNs].map((value) => value.toString(36)).join(':');
}

async function* readFile(path: string, size: number): AsyncGenerator<Buffer> {
  await using file = await fs.open(path, 'r');
  for (let at = 0; ; ) {
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK_BYTES, size - at)));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
    if (at === size) return;
  }
}
