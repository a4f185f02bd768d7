import type { CapturedEntry, CaptureKind } from './capture.ts';
import { classify, mayHold, type StorageClass } from './classify.ts';

/** What each kind of copy holds. */
export const CLASSES_OF: Readonly<Record<CaptureKind, readonly StorageClass[]>> = {
  essential: ['critical', 'important'],
  full: ['critical', 'important', 'optional'],
};

/** What of a full copy a copy of that kind would hold. */
export function entriesOf(kind: CaptureKind, entries: readonly CapturedEntry[]): CapturedEntry[] {
  const classes = CLASSES_OF[kind];
  return entries.filter((entry) =>
    entry.kind === 'directory' ? mayHold(entry.path, classes) : classes.includes(classify(entry.path).class),
  );
}
