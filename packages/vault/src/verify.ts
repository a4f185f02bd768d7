import type { ChunkReader } from './chunk-reader.ts';
import type { ChainRecord } from './format/record.ts';
import { checkTree } from './format/tree.ts';
import { readTree } from './tree-reader.ts';

export interface VerifyOptions {
  signal?: AbortSignal;
  onProgress?: (progress: ReadProgress) => void;
}

export interface ReadProgress {
  files: number;
  bytes: number;
  totalBytes: number;
}

/** A damaged object, and the files that cannot be had because of it. */
export interface Damage {
  object: string;
  detail: string;
  files: string[];
}

export interface Verification {
  ok: boolean;
  files: number;
  bytes: number;
  damage: Damage[];
}

/** Reads every byte that a snapshot needs, as a restore would, and writes nothing. */
export async function verifyTree(
  manifest: ChainRecord,
  reader: ChunkReader,
  totalBytes: number,
  options: VerifyOptions,
): Promise<Verification> {
  const entries = manifest.entries ?? [];
  checkTree(entries);
  const damage = new Map<string, Damage>();
  const progress = { files: 0, bytes: 0, totalBytes };
  const count = (bytes: number, files: number) => {
    progress.bytes += bytes;
    progress.files += files;
    options.onProgress?.({ ...progress });
  };
  const sink = {
    small: async (_file: unknown, content: Buffer) => count(content.length, 1),
    large: async (_file: unknown, content: AsyncIterable<Buffer>) => {
      for await (const piece of content) count(piece.length, 0);
      count(0, 1);
    },
    damage: (object: string, detail: string, files: readonly string[]) => {
      const known = damage.get(object);
      if (known === undefined) damage.set(object, { object, detail, files: [...files] });
      else known.files.push(...files.filter((file) => !known.files.includes(file)));
    },
  };
  await readTree(reader, entries, sink, options.signal);
  return { ok: damage.size === 0, files: progress.files, bytes: progress.bytes, damage: [...damage.values()] };
}
