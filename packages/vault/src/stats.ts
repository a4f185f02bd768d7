import type { Chain, ChainView } from './chain.ts';
import { isDamage } from './failures.ts';
import { chunksOf } from './format/tree.ts';
import type { Shelf } from './shelf.ts';

export interface SessionStats {
  snapshots: number;
  /** Bytes of all files of all snapshots, as if each had been copied. */
  logicalBytes: number;
  /** Bytes of the distinct chunks that the snapshots need, before compression. */
  uniqueBytes: number;
  /** Bytes of packs in the store. */
  storedBytes: number;
  /** Of those, bytes that no snapshot needs: what a prune can free at most. */
  unneededBytes: number;
  packs: number;
}

export async function sessionStats(
  chain: Chain,
  view: ChainView,
  shelf: Shelf,
  signal?: AbortSignal,
): Promise<SessionStats> {
  const needed = new Set<string>();
  for (const info of view.live) {
    signal?.throwIfAborted();
    try {
      const { entries } = await chain.manifest(info, signal);
      for (const id of chunksOf(entries ?? [])) needed.add(id);
    } catch (error) {
      // A damaged one is named by list and verify.
      if (!isDamage(error)) throw error;
    }
  }
  let neededStored = 0;
  let uniqueBytes = 0;
  for (const id of needed) {
    const [place] = shelf.placesOf(id);
    neededStored += place?.stored ?? 0;
    uniqueBytes += place?.plain ?? 0;
  }
  const logicalBytes = view.live.reduce((sum, { bytes }) => sum + bytes, 0);
  const storedBytes = view.packs.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    snapshots: view.live.length,
    logicalBytes,
    uniqueBytes,
    storedBytes,
    unneededBytes: storedBytes - neededStored,
    packs: view.packs.length,
  };
}
