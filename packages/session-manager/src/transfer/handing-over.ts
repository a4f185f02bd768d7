import { isDeepStrictEqual } from 'node:util';
import { type Capture, type CaptureRequest, entriesInPlace } from '@leadmaster/capture';
import type { HeldProfile, SessionAccess } from '../access/session-access.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { ProfileRecord, ProfileStore } from '../profile/profile-store.ts';
import { writeBounds } from '../profile/record-bounds.ts';
import type { LongCall } from '../snapshots/snapshot-service.ts';
import { stagingPath } from '../snapshots/staging.ts';
import { looksFrom } from '../state/sessions.ts';
import type { StateStore } from '../state/state-store.ts';
import { requireLogin } from './departing-session.ts';
import type { DepartureFacts } from './departure-facts.ts';
import type { TransferPeer } from './peer.ts';
import { notWhole, underWay } from './refusals.ts';
import { Sending } from './sending.ts';

/** Messages told so long before the moment that was caught up to are named: clocks of phones differ. */
const TOLD_MARGIN_MS = 3_600_000;
/** What was sent for longer is sent again before the session stops: it was written to meanwhile. So often at most. */
const LONG_MS = 5_000;
const AHEAD_MAX = 3;
/** A copy that is not whole may be so at the next try; one that is not in two is not whole on disk. */
const CAPTURES = 2;

export interface HandingOverDeps {
  paths: DataPaths;
  profiles: ProfileStore;
  store: StateStore;
  access: SessionAccess;
  capture: (request: CaptureRequest) => Promise<Capture>;
  /** Locks an idle profile, after the proof that no browser has it open. */
  lockIdle: (session: string) => Promise<{ release(): void }>;
  /** What counts as long on the line; a test's own. */
  longMs?: number;
}

/** One session on its way out. */
export interface Leaving {
  id: string;
  session: string;
  record: ProfileRecord;
  /** Whether it was to run when it was announced. */
  desired: DepartureFacts['desired'];
  peer: TransferPeer;
  call: Required<LongCall>;
  /** Makes durable, in the transaction of the tombstone, that it was given away. */
  given: (facts: DepartureFacts) => void;
}

/**
 * Sends a session's profile: most of it while it runs, then, stopped, what has changed since; has the other manager seal
 * it; and gives it away in one transaction. A failure before that leaves the session here, stopped or as it was.
 */
export async function handOver(deps: HandingOverDeps, leaving: Leaving): Promise<void> {
  const { session, peer, id, call } = leaving;
  const sending = new Sending(peer, id);
  await sendAhead(deps, leaving, sending);
  call.onProgress({ phase: 'stopping', done: 0, total: null });
  await deps.access.moveAway(session, 'transferred', () => sendRest(deps, leaving, sending));
}

/** While the session runs: all of it, and, where that took long, what has been written meanwhile. */
async function sendAhead(deps: HandingOverDeps, { session, call }: Leaving, sending: Sending): Promise<void> {
  const { signal, onProgress } = call;
  for (let times = 1; times <= AHEAD_MAX; times += 1) {
    onProgress({ phase: 'copying', done: 0, total: null });
    await using copy = await deps.access.hold(session, (held) => captureWhole(deps, session, held, signal));
    const began = performance.now();
    await sending.send(copy.entries, { signal, onProgress, phase: 'sending' });
    if (performance.now() - began < (deps.longMs ?? LONG_MS)) return;
  }
}

/** With the session stopped and its profile locked: it is read in place. Returns the body of the request that hands it over. */
async function sendRest(deps: HandingOverDeps, leaving: Leaving, sending: Sending): Promise<() => void> {
  const { session, record, call } = leaving;
  const lock = await deps.lockIdle(session);
  try {
    if ((await requireLogin(deps, session)).generation !== record.generation) throw underWay(session);
    const bounds = deps.store.bounds.of(session);
    await writeBounds(deps.profiles, session, bounds);
    const rest = entriesInPlace(deps.profiles.locate(session), 'full');
    const manifest = await sending.send(rest, { ...call, phase: 'sending what has changed' });
    const facts = await seal(deps, leaving, manifest);
    return () => {
      // What was ordered meanwhile would stay behind: sending that was switched off would be on again there, and it would run
      // although it was stopped.
      if (!isDeepStrictEqual(deps.store.bounds.of(session), bounds)) throw underWay(session);
      if (deps.store.sessions.get(session)?.desired !== leaving.desired) throw underWay(session);
      leaving.given(facts);
    };
  } finally {
    lock.release();
  }
}

async function seal(
  { store }: HandingOverDeps,
  { id, session, peer, call: { signal, onProgress } }: Leaving,
  entries: Awaited<ReturnType<Sending['send']>>,
): Promise<DepartureFacts> {
  onProgress({ phase: 'sealing', done: 0, total: null });
  const row = store.sessions.get(session);
  // Where the next look begins: the target looks at the same messages, and knows those that were told.
  const begins = row === null ? null : looksFrom(row);
  const caughtUpTo = begins?.toISOString() ?? null;
  const from = new Date((begins?.getTime() ?? Date.now()) - TOLD_MARGIN_MS);
  await peer.seal(id, { entries, caughtUpTo, told: store.inbox.toldSince(session, from) }, signal);
  signal.throwIfAborted();
  return { desired: row?.desired ?? 'stopped', caughtUpTo };
}

async function captureWhole(
  deps: HandingOverDeps,
  session: string,
  held: HeldProfile,
  signal: AbortSignal,
): Promise<Capture> {
  for (let tries = 1; ; tries += 1) {
    const stagingDir = stagingPath(deps.paths, 'capture', session);
    const capture = await deps.capture({ ...held, kind: 'full', stagingDir, signal });
    if (capture.structure.ok) return capture;
    await capture[Symbol.asyncDispose]();
    if (tries >= CAPTURES) throw notWhole(session, capture.structure.checks);
  }
}
