import { Client, heldToContract, type InputOf, type Routes, Unanswered } from '@leadmaster/client';
import {
  type AnswerOf,
  type ArrivingTransfer,
  LeadMasterError,
  type PrepareTransfer,
  type RouteId,
  type SealTransfer,
} from '@leadmaster/protocol';
import { isLoopback, keepDirect } from '@leadmaster/service-kit/process';
import { PeerError, type TransferPeer } from './peer.ts';
import { targetOrigin } from './target-url.ts';

/** An answer is a few lines, or a list of hashes. */
const ANSWER_MAX = 1_048_576;

/** How long each step may take until its answer is here, in milliseconds. */
export interface PeerDeadlines {
  /** What only looks or writes a line. */
  short: number;
  /** One piece of a file on a slow line. */
  piece: number;
  /** Putting a profile together and proving it; taking it into service. */
  long: number;
}
const DEADLINES: PeerDeadlines = { short: 30_000, piece: 60_000, long: 180_000 };

const MAY_BE_OLD = 'See that a session manager of this version answers there, and that the key is its own.';

/** Another session manager over HTTP. Redirects are not followed: a key and a login go where they were meant to go, or nowhere. */
export class HttpPeer implements TransferPeer {
  readonly origin: string;
  readonly #client: Client;
  readonly #deadlines: PeerDeadlines;

  /** @throws LeadMasterError `invalid_request` for an address that a login must not be sent to. */
  constructor(to: string, key: string, deadlines: Partial<PeerDeadlines> = {}) {
    this.origin = targetOrigin(to);
    const { hostname } = new URL(this.origin);
    // Plain http goes to this machine alone: through a proxy, a login would cross the network in the clear.
    if (isLoopback(hostname)) keepDirect(hostname);
    this.#client = new Client({ url: this.origin, key: () => key, check: heldToContract, answerBytes: ANSWER_MAX });
    this.#deadlines = { ...DEADLINES, ...deadlines };
  }

  look(transfer: string, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#ask('getTransfer', { params: { transfer } }, 'short', signal);
  }

  prepare(body: PrepareTransfer, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#ask('prepareTransfer', { body }, 'short', signal);
  }

  async missing(transfer: string, hashes: readonly string[], signal: AbortSignal): Promise<string[]> {
    const question = { params: { transfer }, body: { hashes: [...hashes] } };
    return (await this.#ask('missingOfTransfer', question, 'short', signal)).missing;
  }

  async send(
    transfer: string,
    { sha256, offset, size, bytes }: { sha256: string; offset: number; size: number; bytes: Buffer },
    signal: AbortSignal,
  ): Promise<number> {
    const upload = { stream: [bytes], bytes: bytes.length };
    const piece = { params: { transfer, sha256 }, query: { offset, size }, upload };
    return (await this.#ask('sendPiece', piece, 'piece', signal)).received;
  }

  seal(transfer: string, body: SealTransfer, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#ask('sealTransfer', { params: { transfer }, body }, 'long', signal);
  }

  commit(transfer: string, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#ask('commitTransfer', { params: { transfer }, body: {} }, 'long', signal);
  }

  abort(transfer: string, signal: AbortSignal): Promise<void> {
    return this.#ask('abortTransfer', { params: { transfer } }, 'short', signal);
  }

  async #ask<I extends RouteId>(
    id: I,
    input: InputOf<Routes[I]>,
    within: keyof PeerDeadlines,
    signal: AbortSignal,
  ): Promise<AnswerOf<Routes[I]>> {
    try {
      const { said } = await this.#client.answer(id, input, { signal, timeoutMs: this.#deadlines[within] });
      return said as AnswerOf<Routes[I]>;
    } catch (error) {
      signal.throwIfAborted();
      throw refusal(error, this.origin);
    }
  }
}

function refusal(error: unknown, origin: string): PeerError {
  if (error instanceof Unanswered) return unanswered(error, origin);
  if (!(error instanceof LeadMasterError)) throw error;
  const { status, code, hint, extra } = error;
  return new PeerError(`${origin} says: ${error.message}`, { status, code, hint, extra });
}

function unanswered(error: Unanswered, origin: string): PeerError {
  const { httpStatus: status, why } = error;
  if (status === null) {
    const hint = 'See that the other manager runs and can be reached from here.';
    return new PeerError(`${origin} did not answer: ${why}`, { status, code: null, hint }, error);
  }
  return new PeerError(`${origin} ${saysInstead(status)} (${status})`, { status, code: null, hint: MAY_BE_OLD }, error);
}

function saysInstead(status: number): string {
  if (status < 300) return 'answers what is not understood';
  return status < 400 ? 'leads elsewhere, which is not followed' : 'says no';
}
