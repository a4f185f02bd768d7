import { createHash } from 'node:crypto';
import type { ChunkReader, Group, ReadChunk } from './chunk-reader.ts';
import { forEachLimit } from './concurrency.ts';
import type { FileEntry, TreeEntry } from './format/tree.ts';
import { release } from './release.ts';

const READS_AT_ONCE = 3;
const LARGE_FILES_AT_ONCE = 2;

/** What is done with a snapshot's files as they are proven, each called once per file. Content is not kept behind it. */
export interface TreeSink {
  /** A file of one chunk or none. */
  small(file: FileEntry, content: Buffer): Promise<void>;
  /** A file of several chunks, in order; the sum is proven when the last one has been given. */
  large(file: FileEntry, content: AsyncIterable<Buffer>): Promise<void>;
  /** A chunk that cannot be had, or a file that is not as it was: told, or thrown. */
  damage(object: string, problem: string, files: readonly string[]): void;
}

/** Reads every byte of a snapshot, proving ids, sizes and sums. */
export async function readTree(
  reader: ChunkReader,
  entries: readonly TreeEntry[],
  sink: TreeSink,
  signal?: AbortSignal,
): Promise<void> {
  const files = entries.filter((entry) => entry.kind === 'file');
  const single = new Map<string, FileEntry[]>();
  for (const file of files) {
    const [only, second] = file.chunks;
    if (only === undefined) await single0(file, sink);
    else if (second === undefined) single.set(only, [...(single.get(only) ?? []), file]);
  }
  await forEachLimit(reader.scattered(single.keys()), READS_AT_ONCE, async (wanted) => {
    signal?.throwIfAborted();
    for (const chunk of await reader.read(wanted, signal)) {
      await giveSmall(chunk, single.get(chunk.id) ?? [], sink);
      if ('plain' in chunk) release(chunk.plain);
    }
  });
  const several = files.filter((file) => file.chunks.length > 1);
  await forEachLimit(several, LARGE_FILES_AT_ONCE, async (file) => {
    signal?.throwIfAborted();
    await sink.large(file, readLarge(reader, file, sink, signal));
  });
}

async function single0(file: FileEntry, sink: TreeSink): Promise<void> {
  if (file.size === 0) await sink.small(file, Buffer.alloc(0));
  else sink.damage(`manifest entry ${file.path}`, 'it has a size and no chunks', [file.path]);
}

async function giveSmall(chunk: ReadChunk, files: readonly FileEntry[], sink: TreeSink): Promise<void> {
  if (!('plain' in chunk)) {
    const paths = files.map(({ path }) => path);
    sink.damage(chunk.object, chunk.problem, paths);
    return;
  }
  for (const file of files) {
    if (chunk.plain.length === file.size) await sink.small(file, chunk.plain);
    else sink.damage(`chunk ${chunk.id}`, 'it has another size than its file', [file.path]);
  }
}

async function* readLarge(
  reader: ChunkReader,
  file: FileEntry,
  sink: TreeSink,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  let size = 0;
  let whole = true;
  const repeated = repeats(file.chunks);
  const ids = repeated.map(({ id }) => id);
  let at = 0;
  for await (const chunks of ahead(reader, reader.ordered(ids), signal)) {
    for (const chunk of chunks) {
      const times = repeated[at++]?.times ?? 1;
      if (!('plain' in chunk)) {
        whole = false;
        sink.damage(chunk.object, chunk.problem, [file.path]);
        continue;
      }
      for (let time = 0; time < times; time++) {
        sum.update(chunk.plain);
        size += chunk.plain.length;
        yield chunk.plain;
      }
      release(chunk.plain);
    }
  }
  if (!whole) return;
  if (size !== file.size || sum.digest('hex') !== file.sum) {
    sink.damage(`file ${file.path}`, 'its chunks do not add up to its size and sum', [file.path]);
  }
}

/** Chunks that follow themselves, as in a file with holes, are read once. */
function repeats(ids: readonly string[]): { id: string; times: number }[] {
  const found: { id: string; times: number }[] = [];
  for (const id of ids) {
    const last = found.at(-1);
    if (last?.id === id) last.times++;
    else found.push({ id, times: 1 });
  }
  return found;
}

/** One read ahead of what is being used. */
async function* ahead(
  reader: ChunkReader,
  groups: readonly Group[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadChunk[]> {
  let next: Promise<ReadChunk[]> | null = null;
  const begin = (at: number): Promise<ReadChunk[]> | null => {
    const wanted = groups[at];
    if (wanted === undefined) return null;
    const read = reader.read(wanted, signal);
    // Its failure is met when its turn comes, or never when an earlier one has ended the work.
    read.catch(() => undefined);
    return read;
  };
  for (let at = 0; at < groups.length; at++) {
    signal?.throwIfAborted();
    const current: Promise<ReadChunk[]> | null = next ?? begin(at);
    next = begin(at + 1);
    if (current !== null) yield await current;
  }
}
