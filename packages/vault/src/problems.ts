import type { SnapshotProblemKind } from '@leadmaster/protocol';
import { parseRecordObject } from './names.ts';

/** Something about the vault that the operator must know. */
export interface VaultProblem {
  kind: SnapshotProblemKind;
  /** The object in the store. */
  object: string;
  detail: string;
}

const LOST: ReadonlySet<VaultProblem['kind']> = new Set(['damaged', 'removed']);

/** Of what is wrong with a history, the records that were written after one of its snapshots and cannot be read. */
export function damagedBehind({ sequence }: { sequence: number }, problems: readonly VaultProblem[]): VaultProblem[] {
  return problems.filter(
    ({ kind, object }) => kind === 'damaged' && (parseRecordObject(object)?.sequence ?? 0) > sequence,
  );
}

/** Whether the record of a snapshot is among what is wrong with its history: it cannot be restored. */
export function isRecordLost({ sequence }: { sequence: number }, problems: readonly VaultProblem[]): boolean {
  return problems.some(({ kind, object }) => LOST.has(kind) && parseRecordObject(object)?.sequence === sequence);
}
