import type { ChunkReader } from './chunk-reader.ts';
import { damagedSnapshot } from './failures.ts';
import type { ChainRecord } from './format/record.ts';
import { readTree, type TreeSink } from './tree-reader.ts';

/** The content of one file of a manifest; null when it has none of that path. */
export async function readFile(
  manifest: ChainRecord,
  reader: ChunkReader,
  path: string,
  signal?: AbortSignal,
): Promise<Buffer | null> {
  const entry = manifest.entries?.find((one) => one.kind === 'file' && one.path === path);
  if (entry === undefined) return null;
  const pieces: Buffer[] = [];
  const sink: TreeSink = {
    // The reader's buffers are its own again after each call.
    small: async (_file, content) => void pieces.push(Buffer.from(content)),
    large: async (_file, content) => {
      for await (const piece of content) pieces.push(Buffer.from(piece));
    },
    damage: (object, problem) => {
      throw damagedSnapshot(manifest.id, `${object}: ${problem} (${path})`, [object]);
    },
  };
  await readTree(reader, [entry], sink, signal);
  return Buffer.concat(pieces);
}
