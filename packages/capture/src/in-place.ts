import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CapturedEntry, CaptureKind } from './capture.ts';
import { withContent } from './capture-profile.ts';
import { describe } from './copy/take-copy.ts';
import { Walker } from './copy/walk.ts';

/**
 * What a copy of a profile would hold, without a copy: read where it lies. For a caller who holds the profile's lock and
 * has proven that no browser is on it; valid as long as that is so. Files that were in a capture before, and have not
 * changed since, have the identity that they had there.
 */
export function entriesInPlace(profileDir: string, kind: CaptureKind): CapturedEntry[] {
  const now = Date.now();
  return new Walker(profileDir, kind).walk().map((found) => {
    const target = found.kind === 'symlink' ? readlinkSync(join(profileDir, found.path)) : '';
    return withContent(profileDir, describe({ ...found, target, exact: true }, now));
  });
}
