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
import { adminKeyFile, type Config, findAdminKey, keepDirect } from '@leadmaster/session-manager/config';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { textIn } from '../words/told.ts';
import type { Text } from '../words/words.ts';
import { failureOf } from './failure.ts';
import { interruptible } from './interrupt.ts';

/** How a caller follows long work. */
export interface LongCall {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** How the outcome of an order is seen, where the command does not know better. */
const LOOK = 'Look before you give it again: ./leadmaster sessions';
const LOOK_AFTER_LONG_WORK = 'See what came of it: ./leadmaster snapshot list';

/**
 * The service of this machine, as the command line speaks with it: where it is, with which key, and every failure as a
 * `CliError`. Each route that is not a GET is an order: where its answer is lost, `answer_lost` (exit code 1) says that it may
 * have been done.
 */
export class ServiceClient {
  readonly url: string;
  readonly #config: Config;
  readonly #io: Pick<Io, 'signals'> | null;
  readonly #absent: Text | null;
  readonly #client: Client;
  #key: string | null | undefined;

  /** With `io`, Ctrl-C during an order says that it may have been done. `absent`: why there is no service to be asked. */
  constructor(config: Config, io: Pick<Io, 'signals'> | null = null, absent: Text | null = null) {
    this.#config = config;
    this.#absent = absent;
    this.#io = io;
    this.url = serviceUrl(config.host, config.port);
    // The service runs on this machine, also when it listens on another address than loopback.
    keepDirect(new URL(this.url).hostname);
    this.#client = new Client({ url: this.url, key: () => this.#findKey() });
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
    const hint = await this.#otherPort();
    if (hint === null) return;
    throw new CliError(EXIT.unreachable, 'service_unreachable', ({ service }) => service.silent(this.url), hint);
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
    const told = isRefused ? this.#unauthorized(error.toProblem()) : failureOf(error, signal);
    if (!(told instanceof CliError) || told.exitCode !== EXIT.unreachable) return told;
    const hint = await this.#otherPort();
    return hint === null ? told : new CliError(told.exitCode, told.code, told.text, hint);
  }

  /** What to do where the service of this data folder runs, and listens on another port than this asks at. */
  async #otherPort(): Promise<Text | null> {
    const { servingPort } = await import('@leadmaster/session-manager/serving');
    const port = servingPort(this.#config.dataDir);
    if (port === null || port === this.#config.port) return null;
    return ({ service }) => service.otherPort(port);
  }

  #unauthorized(problem: Problem): CliError {
    const file = adminKeyFile(this.#config.dataDir);
    const source = this.#config.adminKey === null ? file : 'LEADMASTER_ADMIN_KEY';
    const isThere = this.#findKey() !== null;
    const hint: Text = ({ service }) => (isThere ? service.keyFrom(source, this.url) : service.noKey(file));
    return new CliError(EXIT.notAllowed, problem.code, problem.detail, hint, { problem });
  }

  #findKey(): string | null {
    if (this.#key !== undefined) return this.#key;
    try {
      this.#key = findAdminKey(this.#config);
    } catch (error) {
      if (!(error instanceof LeadMasterError)) throw error;
      throw new CliError(EXIT.notAllowed, 'unauthorized', error.message, ({ service }) => service.asServiceUser);
    }
    return this.#key;
  }
}

/** The part of a call's input that says which session. */
export function of(session: string): { params: { session: string } } {
  return { params: { session } };
}

/** Where a service that listens on a host can be spoken to from its own machine. */
function serviceUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
