import type { Chain, ChainView } from './chain.ts';
import { commit, type WriteContext } from './commit.ts';
import { isDamage } from './failures.ts';
import { checkExtra, type SnapshotInfo } from './format/record.ts';
import type { FileEntry, TreeEntry } from './format/tree.ts';
import { Intake, type SaveProgress } from './intake.ts';
import type { Source } from './source.ts';

export interface SaveOptions {
  /** `essential`, `full`, or another kind of the caller's. Retention counts each kind for itself. */
  kind: string;
  /** The caller's own facts, shown by lists; at most 16 KiB of JSON. */
  extra?: Record<string, unknown>;
  signal?: AbortSignal;
  onProgress?: (progress: SaveProgress) => void;
}

/** Stores a snapshot. It exists, durably, when this resolves; until then the vault is as it was. */
export async function save(context: WriteContext, source: Source, options: SaveOptions): Promise<SnapshotInfo> {
  const { signal } = options;
  const began = performance.now();
  const extra = checkExtra(options.extra ?? {});
  const view = await context.chain.viewToWrite(signal);
  const [shelf, before] = await Promise.all([context.loadShelf(view), previousFiles(context.chain, view, signal)]);
  const intake = new Intake(context, shelf, before, options);
  let entries: TreeEntry[];
  try {
    entries = await intake.take(source);
    await intake.writer.finish();
  } catch (error) {
    await intake.writer.abandon();
    throw error;
  }
  const storedBytes = intake.writer.written.reduce((sum, pack) => sum + pack.bytes, 0);
  const { files, bytes, newBytes } = intake.progress;
  const made = { entries, packs: intake.writer.written };
  return commit(
    context,
    view,
    made,
    (at) => ({
      kind: options.kind,
      at: at.toISOString(),
      bytes,
      files,
      newBytes,
      storedBytes,
      durationMs: Math.round(performance.now() - began),
      extra,
    }),
    signal,
  );
}

/** Files by path as the newest snapshot of each kind has them; a kind that cannot be read is passed over. */
async function previousFiles(chain: Chain, view: ChainView, signal?: AbortSignal): Promise<Map<string, FileEntry>> {
  const newest = new Map<string, SnapshotInfo>();
  for (const info of view.live) newest.set(info.kind, info);
  const files = new Map<string, FileEntry>();
  for (const info of [...newest.values()].sort((a, b) => a.sequence - b.sequence)) {
    try {
      const isHead = view.head?.id === info.id;
      const entries = (isHead ? view.head?.entries : (await chain.manifest(info, signal)).entries) ?? [];
      for (const entry of entries) {
        if (entry.kind === 'file' && entry.identity !== undefined) files.set(entry.path, entry);
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  return files;
}
