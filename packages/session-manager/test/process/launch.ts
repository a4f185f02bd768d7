import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { BrowserGroup, endGroup, identify, listProcesses, type ProcessIdentity } from '@leadmaster/capture/processes';
import { cleanUp } from '../profile/helpers.ts';
import { flags, listening, until } from './browsers.ts';

/** A browser in a process group of its own, as the engine starts one. Ended after the test in any case. */
export async function launch(path: string, profileDir: string, env = process.env): Promise<ProcessIdentity> {
  const child = spawn(path, flags(profileDir), { detached: true, stdio: 'ignore', env });
  const identity = child.pid === undefined ? null : identify(child.pid);
  if (identity === null) throw new Error(`${path} did not start`);
  const group = new BrowserGroup(identity);
  cleanUp(async () => {
    group.kill();
    await group.gone(5000);
  });
  await listening(profileDir);
  // The page is listed before the process that draws it is there.
  await until(() => group.members().length > 4);
  return identity;
}

/** After a test: processes that still name this folder on their command line are ended by pid. */
export function endAllIn(folder: string): void {
  cleanUp(async () => {
    for (const p of listProcesses()) {
      const text = await readFile(`/proc/${p.pid}/cmdline`, 'latin1').catch(() => '');
      if (!text.includes(`--user-data-dir=${folder}/`) || text.includes('--type=')) continue;
      await endGroup({ pid: p.pid, startTicks: p.startTicks, pgid: p.pgid }, { termMs: 0, killMs: 5000 });
    }
  });
}
