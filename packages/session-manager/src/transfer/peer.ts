import type { ArrivingTransfer, PrepareTransfer, SealTransfer } from '@leadmaster/protocol';

/** The other manager, as the one that gives a session away sees it. Every call has a deadline of its own. */
export interface TransferPeer {
  /** Where it answers, to know it again. */
  readonly origin: string;
  /** How far a transfer has come there; `transfer_not_found` where it was never announced. */
  look(id: string, signal: AbortSignal): Promise<ArrivingTransfer>;
  prepare(wanted: PrepareTransfer, signal: AbortSignal): Promise<ArrivingTransfer>;
  missing(id: string, hashes: readonly string[], signal: AbortSignal): Promise<string[]>;
  /** Sends one piece of a file. Returns how many bytes of the file are there. */
  send(
    id: string,
    piece: { sha256: string; offset: number; size: number; bytes: Buffer },
    signal: AbortSignal,
  ): Promise<number>;
  seal(id: string, manifest: SealTransfer, signal: AbortSignal): Promise<ArrivingTransfer>;
  commit(id: string, signal: AbortSignal): Promise<ArrivingTransfer>;
  /** Resolves once it has given the transfer up for good. */
  abort(id: string, signal: AbortSignal): Promise<void>;
}

/** The other manager refused, in its own words, or its answer is not valid. */
export class PeerError extends Error {
  /** Its code, such as `session_exists`; null when no answer came that could be read. */
  readonly code: string | null;
  readonly status: number | null;
  readonly hint: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    answer: { status: number | null; code: string | null; hint: string; extra?: Record<string, unknown> },
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'PeerError';
    this.status = answer.status;
    this.code = answer.code;
    this.hint = answer.hint;
    this.extra = answer.extra ?? {};
  }

  /** Whether the same question may be answered otherwise in a moment: a line that is down, a service that starts. */
  get mayPass(): boolean {
    return this.status === null || this.status >= 500 || this.status === 429;
  }
}
