import { type Chain, type ChainView, overtaken } from './chain.ts';
import { snapshotNotFound } from './failures.ts';
import type { SnapshotInfo } from './format/record.ts';
import { type RetentionPolicy, retained } from './retention.ts';

const TRIES = 5;

/**
 * Ids to forget (of a record that cannot be read, its number), or a policy that says which ones stay. `spared`: what the policy
 * is not for: it stays, and keeps no other from staying.
 */
export type ForgetChoice =
  | { ids: readonly string[] }
  | { policy: RetentionPolicy; spared?: (info: SnapshotInfo) => boolean };

/**
 * Takes snapshots out of the session's history. One record states it; then their own records are deleted. Their chunks
 * go with the next prune.
 */
export async function forget(
  chain: Chain,
  session: string,
  choice: ForgetChoice,
  now: () => Date,
  signal?: AbortSignal,
): Promise<SnapshotInfo[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    const view = await chain.viewToWrite(signal);
    const { live, packs, dropped, unreadable } = view;
    const going = choose(session, view, choice);
    if (going.snapshots.length + going.unreadable.length === 0) {
      if (view.head !== null) await chain.tidy(view.head, signal);
      return [];
    }
    const gone = new Set(going.snapshots.map(({ id }) => id));
    const draft = {
      type: 'forget' as const,
      live: live.filter(({ id }) => !gone.has(id)),
      packs,
      dropped,
      damaged: unreadable.filter((sequence) => !going.unreadable.includes(sequence)),
    };
    const record = await chain.commit(view, now(), () => draft, signal);
    if (record === null) continue;
    await chain.tidy(record, signal);
    return going.snapshots;
  }
  throw overtaken(session);
}

interface Going {
  snapshots: SnapshotInfo[];
  /** Records that cannot be read, by number. */
  unreadable: number[];
}

function choose(session: string, view: ChainView, choice: ForgetChoice): Going {
  const going: Going = { snapshots: [], unreadable: [] };
  if ('ids' in choice) {
    for (const id of new Set(choice.ids)) {
      const found = view.live.find((info) => info.id === id);
      if (found !== undefined) going.snapshots.push(found);
      else if (view.unreadable.includes(Number(id))) going.unreadable.push(Number(id));
      else throw snapshotNotFound(session, id);
    }
    return going;
  }
  // Each kind for itself: a full snapshot now and then is not pushed out by nightly essential ones.
  const judged = view.live.filter((info) => choice.spared?.(info) !== true);
  for (const kind of new Set(judged.map((info) => info.kind))) {
    const ofKind = judged.filter((info) => info.kind === kind);
    const kept = retained(ofKind, choice.policy);
    going.snapshots.push(...ofKind.filter(({ id }) => !kept.has(id)));
  }
  return going;
}
