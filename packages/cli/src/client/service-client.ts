import {
  type AnyInput,
  type CallArguments,
  type CallOptions,
  Client,
  type FollowOptions,
  follow,
  type InputOf,
  type LongRouteId,
  operate,
  type Routes,
} from '@leadmaster/client';
import {
  type AnswerOf,
  CALLS,
  type CallId,
  LeadMasterError,
  type LeadMasterEvent,
  type Problem,
  type Progress,
} from '@leadmaster/protocol';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { textIn } from '../words/told.ts';
import type { Text } from '../words/words.ts';
import { failureOf } from './failure.ts';
import { interruptible } from './interrupt.ts';
import type { Target } from './target.ts';

/** How a caller follows long work. */
export interface LongCall {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** How the outcome of an order is seen, where the command does not know better. */
const LOOK = 'Look before you give it again: ./leadmaster sessions';
const LOOK_AFTER_LONG_WORK = 'See what came of it: ./leadmaster snapshot list';

/**
 * A service as the command line speaks with it: every failure is a `CliError`, with what to do about it. Each route that is not a GET is an order: where its answer is lost, `answer_lost` (exit code 1) says that it may
 * have been done.
 */
export class ServiceClient {
  readonly url: string;
  readonly #target: Target;
  readonly #io: Pick<Io, 'signals'> | null;
  readonly #absent: Text | null;
  readonly #client: Client;

  /** With `io`, Ctrl-C during an order says that it may have been done. `absent`: why there is no service to be asked. */
  constructor(target: Target, io: Pick<Io, 'signals'> | null = null, absent: Text | null = null) {
    this.#target = target;
    this.#absent = absent;
    this.#io = io;
    this.url = target.url;
    const { url, machine } = target;
    this.#client = new Client({
      url,
      key: () => target.key(),
      headers: machine === undefined ? {} : { 'x-machine': machine },
    });
  }

  /** Calls a route and hands back its answer. `ifLost` in the options: how to see what came of an order. */
  async call<I extends CallId>(id: I, ...[input, options]: CallArguments<I>): Promise<AnswerOf<Routes[I]>> {
    const ask = (given: CallOptions) => this.#client.answer(id, input as AnyInput, given);
    const { said } = await (CALLS[id].method === 'GET' ? this.#ask(ask, options) : this.#order(ask, options));
    return said as AnswerOf<Routes[I]>;
  }

  /** The answer of a question as it comes: for bytes. */
  request<I extends CallId>(id: I, ...args: CallArguments<I>): Promise<Response> {
    return this.#ask(() => this.#client.request(id, ...args), args[1]);
  }

  /** Has the service do long work, and follows it to its end. An abort ends the following alone: the service continues. */
  operate<I extends LongRouteId>(
    id: I,
    input: InputOf<Routes[I]>,
    { onProgress, signal, ifLost = LOOK_AFTER_LONG_WORK }: LongCall & { ifLost?: string } = {},
  ): Promise<AnswerOf<Routes[I]>> {
    return this.#order((given) => operate(this.#client, id, input, { ...given, onProgress }), { signal, ifLost });
  }

  /** Every event after a cursor, then live ones until the signal aborts. */
  async *follow(options: FollowOptions): AsyncGenerator<LeadMasterEvent> {
    this.#refuseAbsent();
    try {
      yield* follow(this.#client, options);
    } catch (error) {
      throw await this.#told(error, options.signal);
    }
  }

  #order<T>(work: (options: CallOptions) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const { signal, ifLost = LOOK } = options;
    const ask = (by: AbortSignal | undefined) => this.#ask(work, { ...options, ifLost, signal: by });
    return signal === undefined && this.#io !== null ? interruptible(this.#io, ask) : ask(signal);
  }

  async #ask<T>(work: (options: CallOptions) => Promise<T>, options: CallOptions = {}): Promise<T> {
    this.#refuseAbsent();
    try {
      return await work(options);
    } catch (error) {
      throw await this.#told(error, options.signal);
    }
  }

  /** Refuses to work beside a service of this data folder that listens on another port. @throws CliError `service_unreachable` */
  async refuseElsewhere(): Promise<void> {
    const port = await this.#target.otherPort();
    if (port === null) return;
    throw new CliError(
      EXIT.unreachable,
      'service_unreachable',
      ({ service }) => service.silent(this.url),
      ({ service }) => service.otherPort(port),
    );
  }

  #refuseAbsent(): void {
    const absent = this.#absent;
    if (absent === null) return;
    throw new CliError(
      EXIT.unreachable,
      'service_unreachable',
      (words) => words.service.silentFor(this.url, textIn(words, absent)),
      ({ service }) => service.startDemo,
    );
  }

  async #told(error: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    const isRefused = error instanceof LeadMasterError && error.status === 401;
    if (isRefused) return this.#unauthorized(error.toProblem());
    const told = failureOf(error, signal);
    if (!(told instanceof CliError) || told.exitCode !== EXIT.unreachable) return told;
    const hint = await this.#target.ifSilent();
    return hint === null ? told : new CliError(told.exitCode, told.code, told.text, hint);
  }

  #unauthorized(problem: Problem): CliError {
    return new CliError(EXIT.notAllowed, problem.code, problem.detail, this.#target.ifRefused(), { problem });
  }
}

/** The part of a call's input that says which session. */
export function of(session: string): { params: { session: string } } {
  return { params: { session } };
}
