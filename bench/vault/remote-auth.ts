import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contestant, Ring } from './contestant.ts';
import { bytesBelow } from './disk.ts';
import { run, type Usage } from './measure.ts';
import { emptyFolder } from './plain-copies.ts';
import type { RemoteAuthTask } from './remote-auth-program.ts';

const PROGRAM = fileURLToPath(new URL('remote-auth-program.ts', import.meta.url));

/** RemoteAuth's own code; the start of its process is not counted. It saves the two databases and nothing else. */
export function remoteAuth(ring: Ring): Contestant {
  const { profile, signal } = ring;
  const folder = join(ring.folder, 'remote-auth');
  const store = join(folder, 'store');
  const dataPath = join(folder, 'data');
  const call = async (task: RemoteAuthTask['do']): Promise<Usage> => {
    const whole = JSON.stringify({ do: task, dataPath, store, profile } satisfies RemoteAuthTask);
    const ran = await run(process.execPath, [PROGRAM, whole], { cwd: folder, signal });
    const { ms, cpuMs } = JSON.parse(ran.output) as { ms: number; cpuMs: number };
    return { ms, cpuMs, peakBytes: ran.peakBytes };
  };
  return {
    name: 'RemoteAuth',
    set: 'databases',
    async prepare() {
      await emptyFolder(folder);
      await mkdir(store);
      await mkdir(dataPath);
    },
    async save() {
      await rm(dataPath, { recursive: true });
      await mkdir(dataPath);
      return call('save');
    },
    async restore(target) {
      const usage = await call('restore');
      await rename(join(dataPath, 'RemoteAuth-bench'), target);
      return usage;
    },
    stored: () => bytesBelow(store),
  };
}
