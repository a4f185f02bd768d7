import { createHash } from 'node:crypto';
import type { CapturedEntry } from '@leadmaster/capture';
import {
  LeadMasterError,
  type Progress,
  TRANSFER_HASHES_MAX,
  TRANSFER_PIECE,
  type TransferEntry,
} from '@leadmaster/protocol';
import { EMPTY_SHA256 } from './arriving-files.ts';
import type { TransferPeer } from './peer.ts';

type FileEntry = CapturedEntry & { kind: 'file' };

/** Files on their way at once. */
const LANES = 6;

export interface SendOptions {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** What the progress says it is about. */
  phase: string;
}

/**
 * Sends a profile to another manager, each time only what the other has not: the second time, when the session has
 * stopped, costs what has changed since the first.
 */
export class Sending {
  readonly #peer: TransferPeer;
  readonly #id: string;
  /** The hash of a content, by the proof that it is that content (`identity` of a captured file). */
  readonly #hashes = new Map<string, string>();

  constructor(peer: TransferPeer, id: string) {
    this.#peer = peer;
    this.#id = id;
  }

  /**
   * Has the other manager hold every file of these. Returns their manifest.
   *
   * @throws PeerError, LeadMasterError `unprocessable` for a profile that holds a symbolic link.
   */
  async send(entries: readonly CapturedEntry[], options: SendOptions): Promise<TransferEntry[]> {
    const manifest: TransferEntry[] = [];
    const contents = new Map<string, FileEntry>();
    for (const entry of entries) {
      options.signal.throwIfAborted();
      const { path, mode, mtimeMs } = entry;
      const common = { path, mode: mode & 0o777, mtimeMs: Math.max(0, mtimeMs) };
      if (entry.kind === 'symlink') throw symlinkRefused(path);
      if (entry.kind === 'directory') manifest.push({ ...common, kind: 'directory' });
      else {
        const sha256 = await this.#hash(entry);
        manifest.push({ ...common, kind: 'file', size: entry.size, sha256 });
        contents.set(sha256, entry);
      }
    }
    await this.#sendMissing(contents, options);
    return manifest;
  }

  async #sendMissing(contents: ReadonlyMap<string, FileEntry>, options: SendOptions): Promise<void> {
    const { signal, onProgress, phase } = options;
    const missing = await this.#missing([...contents.keys()], signal);
    const wanted = missing.flatMap((sha256) => {
      const entry = contents.get(sha256);
      return entry === undefined ? [] : [{ sha256, entry }];
    });
    const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
    let done = 0;
    onProgress({ phase, done, total });
    const next = wanted[Symbol.iterator]();
    const failed = new AbortController();
    const lane = async (): Promise<void> => {
      for (const { sha256, entry } of next) {
        await this.#sendFile(sha256, entry, AbortSignal.any([signal, failed.signal]));
        done += entry.size;
        onProgress({ phase, done, total });
      }
    };
    const lanes = Array.from({ length: LANES }, () =>
      lane().catch((error: unknown) => {
        failed.abort(error);
        throw error;
      }),
    );
    // Nothing is still being read when the caller takes the copy away.
    const ends = await Promise.allSettled(lanes);
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #missing(hashes: readonly string[], signal: AbortSignal): Promise<string[]> {
    const missing: string[] = [];
    for (let at = 0; at < hashes.length; at += TRANSFER_HASHES_MAX) {
      const part = hashes.slice(at, at + TRANSFER_HASHES_MAX).filter((hash) => hash !== EMPTY_SHA256);
      missing.push(...(await this.#peer.missing(this.#id, part, signal)));
    }
    return missing;
  }

  async #sendFile(sha256: string, entry: FileEntry, signal: AbortSignal): Promise<void> {
    let offset = 0;
    /** What an attempt that broke off has left there is not sent again. */
    let there = 0;
    for await (const bytes of pieces(entry)) {
      signal.throwIfAborted();
      const end = offset + bytes.length;
      if (end > there) {
        if (offset < there) throw notInOrder(entry.path);
        there = await this.#peer.send(this.#id, { sha256, offset, size: entry.size, bytes }, signal);
        if (there < end) throw notInOrder(entry.path);
      }
      offset = end;
    }
    if (offset !== entry.size) throw notInOrder(entry.path);
  }

  async #hash(entry: FileEntry): Promise<string> {
    const known = entry.identity === null ? undefined : this.#hashes.get(entry.identity);
    if (known !== undefined) return known;
    const hash = createHash('sha256');
    for await (const bytes of chunksOf(entry)) hash.update(bytes);
    const sha256 = hash.digest('hex');
    if (entry.identity !== null) this.#hashes.set(entry.identity, sha256);
    return sha256;
  }
}

/** A file in pieces as they are sent. */
async function* pieces(entry: FileEntry): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(entry)) {
    held.push(chunk);
    length += chunk.length;
    while (length >= TRANSFER_PIECE) {
      const all = Buffer.concat(held);
      yield all.subarray(0, TRANSFER_PIECE);
      held = [all.subarray(TRANSFER_PIECE)];
      length -= TRANSFER_PIECE;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}

async function* chunksOf(entry: FileEntry): AsyncGenerator<Buffer> {
  const content = entry.open();
  if (Buffer.isBuffer(content)) yield content;
  else yield* content;
}

function symlinkRefused(path: string): LeadMasterError {
  return new LeadMasterError(
    'unprocessable',
    `The profile holds a symbolic link, ${path}`,
    'It would mean something else on another machine. Remove it while the session is stopped, then transfer it.',
  );
}

function notInOrder(path: string): LeadMasterError {
  return new LeadMasterError(
    'transfer_failed',
    `${path} did not arrive as it was sent`,
    'Repeat the transfer; nothing was handed over.',
  );
}
