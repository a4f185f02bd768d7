import type { CaptureKind, FreezeMethod } from '../capture.ts';
import { captureFailed } from '../failures.ts';
import type { Freezer } from '../freeze/index.ts';
import { takePrecedence } from '../process/precedence.ts';
import { Staging, type Taken } from './staging.ts';
import { CLOCK_MS, type Found, Walker } from './walk.ts';

/** A copy to be taken. */
export interface CopyOrder {
  profileDir: string;
  /** Is made here; holds the copy. */
  treeDir: string;
  kind: CaptureKind;
  /** The browser is not held longer than this, even if the copy fails. */
  maxPauseMs: number;
}

/** Callbacks that report on it and may cancel it. */
export interface CopyWatch {
  /** The browser is about to be stopped; or runs again, for good. */
  onPhase(phase: 'freezing' | 'thawed'): void;
  isCancelled(): boolean;
}

/** One thing of the copy, as plain data. A file's content lies at its path in the tree. */
export interface CopiedEntry {
  path: string;
  kind: 'directory' | 'symlink' | 'file';
  mode: number;
  mtimeMs: number;
  size: number;
  identity: string | null;
  target: string;
}

/** What was taken, as plain data: it travels between threads. */
export interface Copy {
  entries: CopiedEntry[];
  method: FreezeMethod;
  pauseMs: number;
  frozenAtMs: number;
}

/** Where no process writes, one is enough. */
const ROUNDS_AHEAD = 4;
/** With no more than this left to link, another round would find as many new ones. */
const FEW = 8;
const PREPARE_MS = 5000;

/**
 * Takes a copy of a profile as a power cut would leave it: links ahead, freezes, takes what is left, thaws in
 * any case, and then makes the tree independent of the browser. Synchronous: it is to run in a thread of its own.
 *
 * @throws LeadMasterError `capture_failed`, or the system's error; the browser runs, the tree is to be removed.
 */
export function takeCopy(order: CopyOrder, freezer: Freezer, watch: CopyWatch): Copy {
  const staging = new Staging(order.profileDir, order.treeDir);
  const walker = new Walker(order.profileDir, order.kind);
  freezer.prepare(performance.now() + PREPARE_MS);
  linkAhead(walker, staging, watch, freezer.method === 'none' ? 1 : ROUNDS_AHEAD);
  const frozen = whileFrozen(order, freezer, watch, (deadline) => {
    const frozenAtMs = Date.now();
    const taken = walker.walkAgain().map((found): Taken => {
      heed(watch);
      if (performance.now() > deadline) throw captureFailed(`Copying took more than ${order.maxPauseMs} ms.`);
      return staging.take(found);
    });
    return { taken, frozenAtMs };
  });
  staging.settle(frozen.taken);
  const entries = frozen.taken.map((taken) => describe(taken, frozen.frozenAtMs));
  return { entries, method: freezer.method, pauseMs: frozen.pauseMs, frozenAtMs: frozen.frozenAtMs };
}

function linkAhead(walker: Walker, staging: Staging, watch: CopyWatch, rounds: number): void {
  for (let round = 0; round < rounds; round += 1) {
    heed(watch);
    if (staging.ahead(walker.walk()) <= FEW) return;
  }
}

function whileFrozen<T>(
  order: CopyOrder,
  freezer: Freezer,
  watch: CopyWatch,
  work: (deadline: number) => T,
): T & { pauseMs: number } {
  watch.onPhase('freezing');
  const giveWay = takePrecedence();
  const began = performance.now();
  const deadline = began + order.maxPauseMs;
  let pauseMs = 0;
  let done: T;
  try {
    freezer.freeze(deadline);
    done = work(deadline);
    if (!freezer.holds()) throw captureFailed('Something else has ended or woken the browser while it was copied.');
  } finally {
    freezer.thaw();
    if (freezer.method !== 'none') pauseMs = performance.now() - began;
    giveWay();
    watch.onPhase('thawed');
  }
  return { ...done, pauseMs };
}

function heed(watch: CopyWatch): void {
  if (watch.isCancelled()) throw captureFailed('It was called off.');
}

/** What was found, as plain data; `frozenAtMs` is the moment from which on nothing has changed. */
export function describe({ path, kind, stat, target, exact }: Taken, frozenAtMs: number): CopiedEntry {
  const mtimeMs = Number(stat.mtimeNs) / 1e6;
  const entry = { path, kind, mode: Number(stat.mode & 0o777n), mtimeMs, size: 0, identity: null, target };
  if (kind !== 'file') return entry;
  const provable = exact && frozenAtMs - mtimeMs > CLOCK_MS;
  return { ...entry, size: Number(stat.size), identity: provable ? identityOf(stat) : null };
}

/** Without the time of the last change to the inode (ctime): linking changes that. */
function identityOf(stat: Found['stat']): string {
  return [stat.dev, stat.ino, stat.birthtimeNs, stat.size, stat.mtimeNs].map((value) => value.toString(36)).join(':');
}
