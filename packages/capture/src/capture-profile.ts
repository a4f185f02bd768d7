import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '@leadmaster/protocol/errors';
import type { Capture, CapturedEntry, CaptureRequest, FreezeMethod } from './capture.ts';
import type { CopiedEntry } from './copy/take-copy.ts';
import { captureFailed } from './failures.ts';
import { type Done, supervise } from './supervise.ts';
import { TREE } from './worker-words.ts';

const PIECE = 2 ** 20;
const MAX_PAUSE_MS = 3000;
const METHODS: readonly FreezeMethod[] = ['cgroup', 'sigstop'];

/**
 * Takes a consistent copy of a profile while its browser runs, which stands still for a few to tens of milliseconds.
 *
 * @throws LeadMasterError `capture_failed`, with what to do; or the signal's reason. The browser runs on, and the staging
 * folder is gone.
 */
export async function captureProfile(request: CaptureRequest): Promise<Capture> {
  const { profileDir, stagingDir, kind, browser, methods = METHODS, signal } = request;
  try {
    await mkdir(stagingDir, { mode: 0o700 });
  } catch (error) {
    throw captureFailed(
      `The staging folder cannot be made: ${errorText(error)}`,
      'It must not exist, and its parent must.',
      error,
    );
  }
  try {
    const order = { profileDir, stagingDir, kind, browser, methods, maxPauseMs: MAX_PAUSE_MS };
    return new StagedCapture(stagingDir, await supervise(order, { signal }));
  } catch (error) {
    await remove(stagingDir);
    throw error;
  }
}

/** A copy that is in a staging folder. */
class StagedCapture implements Capture {
  readonly entries: readonly CapturedEntry[];
  readonly files: number;
  readonly bytes: number;
  readonly method: FreezeMethod;
  readonly pauseMs: number;
  readonly frozenAt: Date;
  readonly structure: Done['structure'];
  readonly sequences: Done['sequences'];
  readonly #stagingDir: string;

  constructor(stagingDir: string, { copy, structure, sequences }: Done) {
    const files = copy.entries.filter(({ kind }) => kind === 'file');
    this.entries = copy.entries.map((entry) => withContent(join(stagingDir, TREE), entry));
    this.files = files.length;
    this.bytes = files.reduce((sum, { size }) => sum + size, 0);
    this.method = copy.method;
    this.pauseMs = copy.pauseMs;
    this.frozenAt = new Date(copy.frozenAtMs);
    this.structure = structure;
    this.sequences = sequences;
    this.#stagingDir = stagingDir;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await remove(this.#stagingDir);
  }
}

/** An entry whose file, if it is one, is read where it is in a tree. */
export function withContent(
  tree: string,
  { path, kind, mode, mtimeMs, size, identity, target }: CopiedEntry,
): CapturedEntry {
  const common = { path, mode, mtimeMs };
  if (kind === 'directory') return { ...common, kind };
  if (kind === 'symlink') return { ...common, kind, target };
  return { ...common, kind, size, identity, open: () => readUpTo(join(tree, path), size) };
}

/** A link may have grown since: only what was there at the freeze is read. */
async function* readUpTo(path: string, size: number): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r');
  for (let at = 0; at < size; ) {
    const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, size - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield bytesRead === piece.length ? piece : piece.subarray(0, bytesRead);
  }
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
