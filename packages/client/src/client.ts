import { type AnswerOf, LeadMasterError, ROUTES, type Route, type RouteId } from '@leadmaster/protocol';
import { type Asked, answerLost, causeOf, noAnswer, refusalOf, somethingElse, unreachable } from './failures.ts';
import { type AnyInput, type InputOf, targetOf } from './input.ts';

/** Every route by its id, as the contract states it. */
export type Routes = typeof ROUTES;

export interface ClientOptions {
  /** Where the service is: scheme, host and port. */
  url: string;
  /** A key of the service; null for its open routes alone. Asked for at each call. */
  key: () => string | null;
  /** How long an answer may take where the call does not say, in milliseconds; 30 s unless told otherwise. */
  timeoutMs?: number;
  /** Another `fetch` than the global one. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** How long the answer may take, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Of an order: how a person sees what came of it, should its answer be lost. */
  ifLost?: string | undefined;
}

/** A session manager, or a hub, as its callers speak with it: each route by its id, typed by the contract. */
export class Client {
  readonly url: string;
  readonly #options: Required<ClientOptions>;

  constructor(options: ClientOptions) {
    // Read at each call, so that a fetch that was replaced is used.
    this.#options = { timeoutMs: 30_000, fetch: (...request) => fetch(...request), ...options };
    this.url = new URL(options.url).origin;
  }

  /**
   * Calls a route and hands back its answer.
   *
   * @throws LeadMasterError what the service said; `service_unreachable` where nothing was done; `answer_lost` where an
   *   order may have been done. The reason of `signal` where a question is given up.
   */
  async call<I extends RouteId>(
    id: I,
    ...[input, options]: Arguments<Routes[I], CallOptions>
  ): Promise<AnswerOf<Routes[I]>> {
    const response = await this.request(id, input as AnyInput, options);
    return (await this.#json(ROUTES[id], response, options)) as AnswerOf<Routes[I]>;
  }

  /** The same, with the answer as it comes: for bytes and streams. Its status is good. */
  async request(id: RouteId, input: AnyInput = {}, options: CallOptions = {}): Promise<Response> {
    const route: Route = ROUTES[id];
    const asked = this.#asked(route, options);
    const { timeoutMs = this.#options.timeoutMs, signal } = options;
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await this.#options
      .fetch(new URL(targetOf(route, input), this.url), {
        method: route.method,
        redirect: 'error',
        headers: this.#headers(input),
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
        ...bodyOf(input),
      })
      .catch((error: unknown) => {
        if (signal?.aborted) throw asked.isOrder ? answerLost('the call was given up', asked.ifLost) : signal.reason;
        throw noAnswer(asked, error, deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : null);
      });
    if (!response.ok) throw await refusalOf(asked, response);
    return response;
  }

  async #json(route: Route, response: Response, options: CallOptions = {}): Promise<unknown> {
    if (response.status === 204) return undefined;
    const asked = this.#asked(route, options);
    try {
      return await response.json();
    } catch (error) {
      if (asked.isOrder) throw answerLost(causeOf(error), asked.ifLost);
      throw error instanceof SyntaxError ? somethingElse(asked, response) : unreachable(asked, causeOf(error));
    }
  }

  #asked({ method }: Route, { ifLost }: CallOptions): Asked {
    return { url: this.url, isOrder: method !== 'GET', ifLost };
  }

  #headers({ body, upload, headers }: AnyInput): Record<string, string> {
    const key = this.#options.key();
    return {
      accept: 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${checked(key)}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(upload === undefined
        ? {}
        : { 'content-type': 'application/octet-stream', 'content-length': String(upload.bytes) }),
      ...headers,
    };
  }
}

/** Input may be left out where a route needs none. */
type Arguments<R extends Route, Options> =
  Record<never, never> extends InputOf<R>
    ? [input?: InputOf<R>, options?: Options]
    : [input: InputOf<R>, options?: Options];

function bodyOf({ body, upload }: AnyInput): RequestInit {
  if (upload !== undefined) return { body: ReadableStream.from(upload.stream), duplex: 'half' } as RequestInit;
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

/** A key goes into a header: what cannot stand there is told before anything is sent. */
function checked(key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new LeadMasterError('unauthorized', 'The key has characters that no key has.', 'Give the key as it was shown.');
}
