import { type Chain, type ChainView, overtaken } from './chain.ts';
import { locked } from './failures.ts';
import type { SnapshotInfo } from './format/record.ts';
import type { TreeEntry } from './format/tree.ts';
import type { KnownSession } from './keyring.ts';
import type { Shelf, ShelvedPack } from './shelf.ts';
import type { BlobStore } from './store/blob-store.ts';

const TRIES = 5;

/** What a writer of snapshots works with. */
export interface WriteContext {
  store: BlobStore;
  session: KnownSession;
  chain: Chain;
  now: () => Date;
  loadShelf: (view: ChainView) => Promise<Shelf>;
}

/** What was stored for a snapshot that does not exist yet. */
export interface Made {
  entries: readonly TreeEntry[];
  packs: readonly ShelvedPack[];
}

/** Writes the record that makes the snapshot exist. Everything it needs is durable already. */
export async function commit(
  context: WriteContext,
  first: ChainView,
  made: Made,
  describe: (at: Date) => Omit<SnapshotInfo, 'id' | 'sequence'>,
  signal?: AbortSignal,
): Promise<SnapshotInfo> {
  const added = made.packs.map(({ id, bytes }) => ({ id, bytes }));
  let view = first;
  for (let tries = 0; tries < TRIES; tries++) {
    const at = context.now();
    const facts = describe(at);
    const { live, packs, dropped } = view;
    const record = await context.chain.commit(
      view,
      at,
      (id, sequence) => ({
        type: 'snapshot',
        live: [...live, { ...facts, id, sequence }],
        packs: [...packs, ...added],
        dropped,
        entries: [...made.entries],
      }),
      signal,
    );
    if (record !== null) {
      // The statement of a forget or a prune is carried on by this record; without it, the record would look like a rollback.
      if (view.head !== null && view.head.type !== 'snapshot') await context.chain.tidy(record);
      return { ...facts, id: record.id, sequence: record.sequence };
    }
    // Another writer was faster. What this snapshot needs may have been given up meanwhile: look before going on.
    view = await context.chain.viewToWrite(signal);
    await checkStillThere(context, view, made);
  }
  throw overtaken(context.session.name);
}

async function checkStillThere(context: WriteContext, view: ChainView, made: Made): Promise<void> {
  const gone = new Set(view.dropped.map(({ id }) => id));
  const shelf = await context.loadShelf(view);
  for (const pack of made.packs) if (!gone.has(pack.id)) shelf.add(pack);
  for (const entry of made.entries) {
    if (entry.kind === 'file' && !entry.chunks.every((id) => shelf.has(id))) {
      throw locked('A prune by another manager has removed what this snapshot was about to rely on.');
    }
  }
  if (made.packs.some(({ id }) => gone.has(id)))
    throw locked('A prune by another manager took this save for a dead one.');
}
