import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WRITES = 100;
const PAGE = Buffer.alloc(4_096);

/**
 * How long the disk under the data folders takes to make 4 kB durable, milliseconds: the median of a hundred, now. What
 * shared commits gain over a commit for each text is this time.
 */
export async function fsyncMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-disk-'));
  try {
    await using file = await open(join(folder, 'probe'), 'w');
    const times: number[] = [];
    for (let i = 0; i < WRITES; i += 1) {
      await file.write(PAGE);
      const began = performance.now();
      await file.sync();
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[WRITES / 2] ?? Number.NaN;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
