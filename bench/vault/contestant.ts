import type { FileSet } from './file-sets.ts';
import type { Usage } from './measure.ts';

/** One way to save a profile and to bring it back. */
export interface Contestant {
  readonly name: string;
  /** What it saves. */
  readonly set: FileSet;
  /** What a user makes once: a repository, a vault. Not measured. What was there goes. */
  prepare(): Promise<void>;
  save(): Promise<Usage>;
  /** Into a folder that does not exist. Null when this contestant cannot be asked alone. */
  restore(target: string): Promise<Usage>;
  /** Bytes that it keeps now. */
  stored(): Promise<number>;
}

/** What every contestant works with. */
export interface Ring {
  profile: string;
  /** Where a contestant keeps what it makes, each in a folder of its own. On the profile's disk. */
  folder: string;
  signal: AbortSignal;
}
