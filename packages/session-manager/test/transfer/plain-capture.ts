import { mkdir, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Capture, CapturedEntry, CaptureRequest } from '@leadmaster/capture';

/** A copy of a profile that no process writes to, in memory: for tests that use copies. */
export async function plainCapture({ profileDir, stagingDir }: CaptureRequest): Promise<Capture> {
  await mkdir(stagingDir);
  const entries: CapturedEntry[] = [];
  for (const entry of await readdir(profileDir, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(profileDir.length + 1);
    if (entry.isSymbolicLink()) {
      entries.push({ path, mode: 0o777, mtimeMs: 0, kind: 'symlink', target: await readlink(full) });
      continue;
    }
    const { mode, mtimeMs } = await stat(full);
    if (entry.isDirectory()) entries.push({ path, mode, mtimeMs, kind: 'directory' });
    else {
      const content = await readFile(full);
      const identity = content.length > 2 ** 20 ? full : null;
      entries.push({ path, mode, mtimeMs, kind: 'file', size: content.length, identity, open: () => content });
    }
  }
  return {
    entries,
    ...{ files: entries.length, bytes: 0, method: 'none', pauseMs: 0, frozenAt: new Date() },
    structure: { ok: true, checks: [] },
    sequences: null,
    [Symbol.asyncDispose]: () => rm(stagingDir, { recursive: true, force: true }),
  };
}
