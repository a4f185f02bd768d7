import { setTimeout as sleep } from 'node:timers/promises';

const WITHIN_MS = 90_000;
const AGAIN_MS = 50;

/** Waits until something is so. */
export async function until(what: string, isSo: () => Promise<boolean>, withinMs = WITHIN_MS): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(AGAIN_MS);
  }
}
