import type { ProcessIdentity } from './process/browser-group.ts';
import type { LoginSequences, StructureReport } from './structure.ts';

/** `essential`: what READY and the history need (critical and important). `full`: all but what is temporary. */
export type CaptureKind = 'essential' | 'full';

/** How the writers were held still: the cgroup freezer, SIGSTOP of every process, or there were none. */
export type FreezeMethod = 'cgroup' | 'sigstop' | 'none';

export interface CaptureRequest {
  /** The Chromium user-data-dir. */
  profileDir: string;
  /** A folder that is not there yet, on the profile's file system: holds the links until the capture is disposed of. */
  stagingDir: string;
  kind: CaptureKind;
  /** The browser that has the profile open; null once it is proven that none has. */
  browser: ProcessIdentity | null;
  /** How it may be stopped; the first that works here. Default: all of them, the gentlest first. */
  methods?: readonly FreezeMethod[];
  signal?: AbortSignal;
}

interface Common {
  /** Below the profile, `/`-separated. */
  path: string;
  mode: number;
  mtimeMs: number;
}

/** What a capture holds, in the shape that a vault's `save` takes. */
export type CapturedEntry =
  | (Common & { kind: 'directory' })
  | (Common & { kind: 'symlink'; target: string })
  | (Common & {
      kind: 'file';
      size: number;
      /** Equal to that of an earlier capture only if the content is the same; null where that cannot be known. */
      identity: string | null;
      open(): AsyncIterable<Buffer> | Buffer;
    });

/** A profile as a power cut at `frozenAt` would have left it. Valid until disposed of; the browser's later writes do not change it. */
export interface Capture extends AsyncDisposable {
  readonly entries: readonly CapturedEntry[];
  readonly files: number;
  readonly bytes: number;
  readonly method: FreezeMethod;
  /** How long the browser stood still, from the first stop signal to the last continue; 0 with method `none`. */
  readonly pauseMs: number;
  readonly frozenAt: Date;
  /** Whether the copied databases are whole. */
  readonly structure: StructureReport;
  /** How far the copied login has come; null for what is none, or is not whole. */
  readonly sequences: LoginSequences | null;
}
