import type { CaptureKind, FreezeMethod } from './capture.ts';
import type { Copy } from './copy/take-copy.ts';
import type { ProcessIdentity } from './process/index.ts';
import type { LoginSequences, StructureReport } from './structure.ts';

/** What the worker is given. */
export interface WorkerOrder {
  profileDir: string;
  stagingDir: string;
  kind: CaptureKind;
  browser: ProcessIdentity | null;
  methods: readonly FreezeMethod[];
  maxPauseMs: number;
  /** Anything but 0 calls it off. Shared, because the worker never comes to read a message. */
  cancelled: Int32Array;
}

/** What it says, in this order; the last is `done` or `failed`. */
export type WorkerWord =
  | { say: 'freezing' }
  | { say: 'thawed' }
  | { say: 'done'; copy: Copy; structure: StructureReport; sequences: LoginSequences | null }
  | { say: 'failed'; detail: string; hint: string };

/** Where in the staging folder the copy lies. */
export const TREE = 'profile';
