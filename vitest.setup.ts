import { vi } from 'vitest';
import { PATIENCE_MS } from './vitest.patience.ts';

const { waitFor } = vi;

/** `vi.waitFor` gives up after one second by itself: less than a flush to disk takes while two runs share a machine. */
vi.waitFor = (work, options = {}) => {
  const asked = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(work, { ...asked, timeout: Math.max(asked.timeout ?? 0, PATIENCE_MS) });
};
