import { type AnswerOf, BYTES, type CALLS, type CallId, HOW_TO_CALL, LeadMasterError } from '@leadmaster/protocol';
import { parsedJson, textOf } from './answer.ts';
import { Attempt, type CallOptions } from './attempt.ts';
import type { AnswerCheck } from './contract.ts';
import { refusalOf, somethingElse } from './failures.ts';
import { type AnyInput, type InputOf, targetOf, type Upload } from './input.ts';

/** Every route by its id, as the contract states it. */
export type Routes = typeof CALLS;

export interface ClientOptions {
  /** Where the service is: scheme, host and port. */
  url: string;
  /** A key of the service; null for its open routes alone. Asked for at each call. */
  key: () => string | null;
  /** How long an answer may take where the call does not say, in milliseconds; 30 s unless told otherwise. */
  timeoutMs?: number;
  /** The longest answer that is read as JSON, in bytes; 64 MiB unless told otherwise. */
  answerBytes?: number;
  /** What each answer is held to: `heldToContract` for a service that is not one's own. Any JSON is taken unless told otherwise. */
  check?: AnswerCheck;
  /** Sent with every request, such as `x-machine`, which says to a hub which machine is meant. */
  headers?: Readonly<Record<string, string>>;
  /** Another `fetch` than the global one. */
  fetch?: typeof fetch;
}

const taken: AnswerCheck = (_id, _status, said) => said;

const STANDARD = { timeoutMs: 30_000, answerBytes: 64 * 2 ** 20, check: taken, headers: {} };

/** A refusal that is longer is none of LeadMaster's. */
const REFUSAL_BYTES = 2 ** 20;

/** A session manager, or a hub, as its callers speak with it: each route by its id, typed by the contract. */
export class Client {
  readonly url: string;
  readonly #options: Required<ClientOptions>;

  constructor(options: ClientOptions) {
    // The global one is read at each call, so that a fetch that was replaced is used.
    this.#options = { ...STANDARD, fetch: (...request) => fetch(...request), ...options };
    this.url = new URL(options.url).origin;
  }

  /**
   * Calls a route and hands back its answer.
   *
   * @throws LeadMasterError the service's error. Without an answer: `service_unreachable` where nothing was done; `answer_lost`
   *   where an order may have been done. The reason of `signal` where a question is given up.
   */
  async call<I extends CallId>(id: I, ...[input, options]: CallArguments<I>): Promise<AnswerOf<Routes[I]>> {
    const { said } = await this.answer(id, input as AnyInput, options);
    return said as AnswerOf<Routes[I]>;
  }

  /** The same for a route that is known at run time only, and with the status: a long route may answer 202. */
  async answer(
    id: CallId,
    input: AnyInput = {},
    options: CallOptions = {},
  ): Promise<{ status: number; said: unknown }> {
    const attempt = this.#attempt(id, options);
    const response = await this.#send(attempt, input);
    return { status: response.status, said: await this.#read(attempt, response) };
  }

  /** The same, with the answer as it comes: for bytes and streams. Its status is good. */
  async request<I extends CallId>(id: I, ...[input, options = {}]: CallArguments<I>): Promise<Response> {
    return this.#send(this.#attempt(id, options), input as AnyInput | undefined);
  }

  #attempt(id: CallId, options: CallOptions): Attempt {
    const { timeoutMs = this.#options.timeoutMs } = options;
    return new Attempt(this.url, id, { ...options, timeoutMs });
  }

  async #send(attempt: Attempt, input: AnyInput = {}): Promise<Response> {
    const { id, asked, signal } = attempt;
    const { method, path } = HOW_TO_CALL[id];
    const request = {
      method,
      // Redirects are not followed, with neither key nor order; in Node their status is reported.
      redirect: 'manual',
      headers: this.#headers(input),
      signal,
      ...bodyOf(input),
    } satisfies RequestInit;
    const response = await this.#options
      .fetch(new URL(targetOf(path, input), this.url), request)
      .catch((error: unknown) => {
        throw attempt.failure(error);
      });
    if (response.ok) return response;
    const text = await textOf(response, Math.min(this.#options.answerBytes, REFUSAL_BYTES)).catch(() => '');
    throw refusalOf(asked, response.status, parsedJson(text));
  }

  async #read(attempt: Attempt, response: Response): Promise<unknown> {
    const { id, asked } = attempt;
    const { status } = response;
    if (status === 204 && HOW_TO_CALL[id].bare) return undefined;
    const text = await textOf(response, this.#options.answerBytes).catch((error: unknown) => {
      throw attempt.failure(error);
    });
    const json = parsedJson(text);
    const said = this.#options.check(id, status, json);
    if (said === undefined) throw somethingElse(asked, status);
    return said;
  }

  #headers({ body, upload, headers }: AnyInput): Record<string, string> {
    const key = this.#options.key();
    return {
      accept: 'application/json',
      ...this.#options.headers,
      ...(key === null ? {} : { authorization: `Bearer ${checked(key)}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(upload === undefined ? {} : { 'content-type': BYTES, 'content-length': String(upload.bytes) }),
      ...headers,
    };
  }
}

/** What a call of a route takes after its id. Input may be left out where the route needs none. */
export type CallArguments<I extends CallId> =
  Record<never, never> extends InputOf<Routes[I]>
    ? [input?: InputOf<Routes[I]>, options?: CallOptions]
    : [input: InputOf<Routes[I]>, options?: CallOptions];

function bodyOf({ body, upload }: AnyInput): RequestInit {
  // As a stream also where the bytes are in memory: of other bodies, fetch makes copies.
  if (upload !== undefined) return { body: streamOf(upload.stream), duplex: 'half' } as RequestInit;
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

/** Chromium has no `ReadableStream.from`. */
function streamOf(chunks: Upload['stream']): ReadableStream<Uint8Array> {
  const left = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await left.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await left.return?.();
    },
  });
}

/** A key goes into a header: a key that is not valid there is refused before anything is sent. */
function checked(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new LeadMasterError('unauthorized', 'The key has characters that no key has.', 'Give the key as it was shown.');
}
