import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contestant, Ring } from './contestant.ts';
import { bytesBelow } from './disk.ts';
import { byCommand, inProcess } from './leadmaster.ts';
import { fill, sizesOf } from './profile.ts';
import { restic } from './restic.ts';

/** Most memory of one contestant at one size of profile. */
export interface MemorySample {
  contestant: string;
  profileBytes: number;
  step: 'first' | 'unchanged' | 'restore';
  peakBytes: number;
}

/** Lets one profile grow from size to size, and takes the peak of a whole snapshot, and of its restore, at each. */
export async function measureMemory(
  folder: string,
  sizes: readonly number[],
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<MemorySample[]> {
  const living = join(folder, 'living');
  const samples: MemorySample[] = [];
  let filled = 0;
  for (const size of sizes) {
    const profile = await fill(living, sizesOf(size - filled), signal);
    filled = size;
    const ring: Ring = { profile, folder: join(folder, 'ring'), signal };
    const profileBytes = await bytesBelow(profile);
    for (const contestant of [inProcess(ring, 'full'), byCommand(ring, 'full', living), restic(ring, 'full')]) {
      for (const [step, peakBytes] of Object.entries(await peaks(contestant, ring))) {
        samples.push({ contestant: contestant.name, profileBytes, step: step as MemorySample['step'], peakBytes });
        say(`${Math.round(profileBytes / 1e6)} MB, ${step}: ${contestant.name}: ${Math.round(peakBytes / 1e6)} MB`);
      }
    }
    await rm(ring.folder, { recursive: true, force: true });
  }
  return samples;
}

async function peaks(contestant: Contestant, ring: Ring): Promise<Record<MemorySample['step'], number>> {
  await contestant.prepare();
  const first = await contestant.save();
  const unchanged = await contestant.save();
  const target = join(ring.folder, 'restored');
  const restored = await contestant.restore(target);
  await rm(target, { recursive: true, force: true });
  return { first: first.peakBytes, unchanged: unchanged.peakBytes, restore: restored.peakBytes };
}
