import { execFileSync } from 'node:child_process';
import { MAIN } from './demo-service.ts';

/** Why commands cannot be run as another user here; null where they can. */
export function whyNotAs(uid: number): string | null {
  if (process.getuid?.() !== 0) return 'only root runs commands as another user';
  const look = `require('node:fs').accessSync(${JSON.stringify(MAIN)})`;
  try {
    execFileSync(process.execPath, ['-e', look], { uid, gid: uid, stdio: 'ignore', timeout: 10_000 });
    return null;
  } catch {
    return `uid ${uid} may not read this checkout`;
  }
}
