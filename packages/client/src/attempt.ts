import { type CallId, HOW_TO_CALL } from '@leadmaster/protocol';
import { type Asked, answerLost, noAnswer } from './failures.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** How long the answer may take, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Of an order: how to see its result if the answer is lost. */
  ifLost?: string | undefined;
}

/** One call under way: what ends it, and what it means when it gets no whole answer. */
export class Attempt {
  /** The route that is called. */
  readonly id: CallId;
  readonly asked: Asked;
  /** Aborts at the deadline, and with the caller. */
  readonly signal: AbortSignal;
  readonly #caller: AbortSignal | undefined;
  readonly #deadline: AbortSignal;
  readonly #timeoutMs: number;

  /** @throws the reason of a signal that was aborted before anything is sent. */
  constructor(url: string, id: CallId, { signal, ifLost, timeoutMs }: CallOptions & { timeoutMs: number }) {
    signal?.throwIfAborted();
    this.id = id;
    this.asked = { url, isOrder: HOW_TO_CALL[id].method !== 'GET', ifLost };
    this.#caller = signal;
    this.#timeoutMs = timeoutMs;
    this.#deadline = AbortSignal.timeout(timeoutMs);
    this.signal = signal === undefined ? this.#deadline : AbortSignal.any([this.#deadline, signal]);
  }

  /** What is thrown where no answer came, or half of one. */
  failure(error: unknown): unknown {
    if (this.#caller?.aborted) {
      return this.asked.isOrder ? answerLost(this.asked, 'the call was given up') : this.#caller.reason;
    }
    const late = this.#deadline.aborted ? `no answer within ${this.#timeoutMs / 1000} s` : null;
    return noAnswer(this.asked, error, late);
  }
}
