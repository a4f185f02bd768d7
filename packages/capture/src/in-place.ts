import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CapturedEntry, CaptureKind } from './capture.ts';
import { readUpTo } from './capture-profile.ts';
import { identityOf } from './copy/take-copy.ts';
import { CLOCK_MS, type Found, Walker } from './copy/walk.ts';

/**
 * What a copy of a profile would hold, without a copy: read where it lies. For a caller who holds the profile's lock and
 * has proven that no browser is on it; valid as long as that is so. Files that were in a capture before, and have not
 * changed since, have the identity that they had there.
 */
export function entriesInPlace(profileDir: string, kind: CaptureKind): CapturedEntry[] {
  const now = Date.now();
  return new Walker(profileDir, kind).walk().map((found) => describe(profileDir, found, now));
}

function describe(profileDir: string, { path, kind, stat }: Found, now: number): CapturedEntry {
  const mtimeMs = Number(stat.mtimeNs) / 1e6;
  const common = { path, mode: Number(stat.mode & 0o777n), mtimeMs };
  const full = join(profileDir, path);
  if (kind === 'directory') return { ...common, kind };
  if (kind === 'symlink') return { ...common, kind, target: readlinkSync(full) };
  const size = Number(stat.size);
  const identity = now - mtimeMs > CLOCK_MS ? identityOf(stat) : null;
  return { ...common, kind, size, identity, open: () => readUpTo(full, size) };
}
