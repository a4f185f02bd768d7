import { createProfileStore } from '@leadmaster/session-manager/profile';

/** What measuring all profiles once took, in milliseconds. */
export interface RoundSample {
  /** User and system, of the whole process. */
  cpuMs: number;
  ms: number;
  /** The longest time that nothing else of the process had its turn. */
  longestMs: number;
}

/** Measures every profile by the call that the service uses, as often as told; a first round warms up and is not counted. */
export async function measureRounds(dataDir: string, names: readonly string[], rounds: number): Promise<RoundSample[]> {
  const store = createProfileStore({ dataDir });
  const samples: RoundSample[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const turns = watchTurns();
    const [cpu, began] = [process.cpuUsage(), performance.now()];
    for (const name of names) await store.measure(name);
    const { user, system } = process.cpuUsage(cpu);
    const sample = { cpuMs: Math.round((user + system) / 1000), ms: Math.round(performance.now() - began) };
    const longestMs = turns.stop();
    if (round > 0) samples.push({ ...sample, longestMs });
  }
  return samples;
}

/** What that comes to, by the median round. */
export function shareOfACore(samples: readonly Pick<RoundSample, 'cpuMs'>[], everyMin: number): number {
  const sorted = samples.map(({ cpuMs }) => cpuMs).sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) / (everyMin * 60_000);
}

/** Sees how long others have to wait for their turn. */
function watchTurns(): { stop(): number } {
  let [last, longest, isOver] = [performance.now(), 0, false];
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setTimeout(turn, 1);
  };
  setTimeout(turn, 1);
  return {
    stop() {
      isOver = true;
      return Math.round(longest * 10) / 10;
    },
  };
}
