import { parseRecordObject } from './names.ts';

/** Something about the vault that a person must know. */
export interface VaultProblem {
  kind: 'damaged' | 'removed' | 'replayed' | 'rolled_back' | 'keyless' | 'stray' | 'second_writer';
  /** The object in the store. */
  object: string;
  detail: string;
}

/** Of what is wrong with a history, the records that were written after one of its snapshots and cannot be read. */
export function damagedBehind({ sequence }: { sequence: number }, problems: readonly VaultProblem[]): VaultProblem[] {
  return problems.filter(
    ({ kind, object }) => kind === 'damaged' && (parseRecordObject(object)?.sequence ?? 0) > sequence,
  );
}
