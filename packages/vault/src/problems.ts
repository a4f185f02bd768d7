/** Something about the vault that a person must know. */
export interface VaultProblem {
  kind: 'damaged' | 'removed' | 'replayed' | 'rolled_back' | 'keyless' | 'stray' | 'second_writer';
  /** The object in the store. */
  object: string;
  detail: string;
}
