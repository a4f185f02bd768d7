import { captureFailed } from '../failures.ts';

const CELL = new Int32Array(new SharedArrayBuffer(4));
const STEP_MS = 0.2;

/** Sleeps without giving the thread away. */
export function pause(ms: number): void {
  Atomics.wait(CELL, 0, 0, ms);
}

/**
 * Looks again and again until it is so, sleeping a fifth of a millisecond in between.
 *
 * @param deadline In `performance.now()`.
 * @returns False when that is past.
 */
export function comesTrue(isSo: () => boolean, deadline: number): boolean {
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    pause(STEP_MS);
  }
  return true;
}

/** The same, where it must be. @throws LeadMasterError `capture_failed`. */
export function waitUntil(isSo: () => boolean, deadline: number, what: string): void {
  if (!comesTrue(isSo, deadline)) throw captureFailed(`Timed out waiting for ${what}.`);
}
