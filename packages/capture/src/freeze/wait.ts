import { captureFailed } from '../failures.ts';

const CELL = new Int32Array(new SharedArrayBuffer(4));
const STEP_MS = 0.2;

/**
 * Looks again and again until it is so, sleeping a fifth of a millisecond in between.
 *
 * @param deadline In `performance.now()`.
 * @throws LeadMasterError `capture_failed` when it is past.
 */
export function waitUntil(isSo: () => boolean, deadline: number, what: string): void {
  while (!isSo()) {
    if (performance.now() > deadline) throw captureFailed(`Waited in vain for ${what}.`);
    Atomics.wait(CELL, 0, 0, STEP_MS);
  }
}
