import { afterAll, expect, vi } from 'vitest';
import { PATIENCE_MS } from './vitest.patience.ts';

const { waitFor } = vi;

/** `vi.waitFor` gives up after one second by itself: less than a flush to disk takes while two runs share a machine. */
vi.waitFor = (work, options = {}) => {
  const asked = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(work, { ...asked, timeout: Math.max(asked.timeout ?? 0, PATIENCE_MS) });
};

/** What files that run in one process share, besides modules. */
function shared() {
  return {
    env: { ...process.env },
    folder: process.cwd(),
    mask: process.umask(),
    exitCode: process.exitCode,
    clock: vi.isFakeTimers(),
    fetch: globalThis.fetch,
  };
}

const before = shared();

// A test file leaves the process as it came to it: another may run there next.
afterAll(() => expect(shared()).toEqual(before));
