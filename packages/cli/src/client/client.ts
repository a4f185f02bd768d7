import type { Problem } from '@leadmaster/protocol';
import { LeadMasterError } from '@leadmaster/protocol';
import { adminKeyFile, type Config, findAdminKey, keepDirect } from '@leadmaster/session-manager/config';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { interruptible } from './interrupt.ts';
import { answerLost, LOOK, neverLeft, orderInterrupted } from './lost-answer.ts';

export interface RequestOptions {
  body?: unknown;
  /** Bytes of that number, instead of a body in JSON. */
  file?: { stream: AsyncIterable<Uint8Array>; bytes: number };
  headers?: Record<string, string>;
  /** How long the service may take, beyond what it was asked to wait itself. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Of an order: how a person sees what came of it, should its answer be lost. */
  ifLost?: string;
}

/** The running service, as the command line speaks with it. */
export class Client {
  readonly url: string;
  readonly #config: Config;
  readonly #io: Pick<Io, 'signals'> | null;
  readonly #absent: string | null;
  #key: string | null | undefined;

  /** With `io`, Ctrl-C during an order says that it may have been done. `absent`: why there is no service to be asked. */
  constructor(config: Config, io: Pick<Io, 'signals'> | null = null, absent: string | null = null) {
    this.#config = config;
    this.#absent = absent;
    this.#io = io;
    this.url = serviceUrl(config.host, config.port);
    // The service runs on this machine, also when it listens on another address than loopback.
    keepDirect(new URL(this.url).hostname);
  }

  get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.#json<T>('GET', path, options);
  }

  post<T>(path: string, body: unknown = undefined, options: RequestOptions = {}): Promise<T> {
    return this.#json<T>('POST', path, { ...options, body });
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json<T>('PATCH', path, { body });
  }

  async delete(path: string, options: RequestOptions = {}): Promise<void> {
    await this.request('DELETE', path, options);
  }

  /**
   * Sends and hands back the answer, once it is a good one; anything else is thrown as a `CliError`. Whatever is not a GET
   * is an order: where its answer is lost, `answer_lost` (exit code 1) says that it may have been done.
   */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    if (method === 'GET' || options.signal !== undefined || this.#io === null) return this.#send(method, path, options);
    return interruptible(this.#io, (signal) => this.#send(method, path, { ...options, signal }));
  }

  async #send(method: string, path: string, options: RequestOptions): Promise<Response> {
    if (this.#absent !== null) throw this.#unreachable(this.#absent);
    const { body, file, headers = {}, timeoutMs = 30_000, signal, ifLost } = options;
    const isOrder = method !== 'GET';
    const key = this.#findKey();
    const deadline = AbortSignal.timeout(timeoutMs);
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        accept: 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(file === undefined
          ? {}
          : { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) }),
        ...headers,
      },
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: ReadableStream.from(file.stream), duplex: 'half' as const }),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw isOrder ? orderInterrupted(ifLost) : error;
      const why = deadline.aborted ? `no answer within ${timeoutMs / 1000} s` : causeOf(error);
      throw isOrder && (deadline.aborted || !neverLeft(error)) ? answerLost(why, ifLost) : this.#unreachable(why);
    });
    if (!response.ok) throw await this.#problem(response, isOrder ? (ifLost ?? LOOK) : null);
    return response;
  }

  async #json<T>(method: string, path: string, options: RequestOptions): Promise<T> {
    const response = await this.request(method, path, options);
    try {
      return (await response.json()) as T;
    } catch (error) {
      if (method !== 'GET') throw answerLost(causeOf(error), options.ifLost);
      throw error instanceof SyntaxError ? this.#notOurs(response) : this.#unreachable(causeOf(error));
    }
  }

  #findKey(): string | null {
    if (this.#key !== undefined) return this.#key;
    try {
      this.#key = findAdminKey(this.#config);
    } catch (error) {
      if (!(error instanceof LeadMasterError)) throw error;
      const hint = 'Run the command as the user who runs the service, or give the key by LEADMASTER_ADMIN_KEY.';
      throw new CliError(EXIT.notAllowed, 'unauthorized', error.message, hint);
    }
    return this.#key;
  }

  /** `ifLost`: null where nothing was ordered. */
  async #problem(response: Response, ifLost: string | null): Promise<CliError> {
    const body: unknown = await response.json().catch(() => null);
    if (!isProblem(body)) {
      // Such as a proxy's: it says nothing about what the service behind it does.
      if (ifLost !== null && response.status >= 500) return answerLost(`HTTP ${response.status}`, ifLost);
      return this.#notOurs(response);
    }
    if (body.status !== 401) return CliError.of(body);
    const file = adminKeyFile(this.#config.dataDir);
    const source = this.#config.adminKey === null ? file : 'LEADMASTER_ADMIN_KEY';
    const hint =
      this.#findKey() === null
        ? `There is no key in ${file}. Run it as the user of the service, with its LEADMASTER_DATA_DIR, or set LEADMASTER_ADMIN_KEY.`
        : `The key came from ${source}. Is the service at ${this.url} another one, with another data folder?`;
    return new CliError(EXIT.notAllowed, body.code, body.detail, hint, { problem: body });
  }

  #unreachable(why: string): CliError {
    return new CliError(
      EXIT.unreachable,
      'service_unreachable',
      `The service does not answer at ${this.url} (${why}).`,
      this.#absent === null ? 'Start it: npm start' : 'Start it: npm start -- --demo',
    );
  }

  #notOurs(response: Response): CliError {
    return new CliError(
      EXIT.unreachable,
      'service_unreachable',
      `Something other than LeadMaster answers at ${this.url} (HTTP ${response.status}).`,
      'Set SESSION_MANAGER_PORT to the port of the service.',
    );
  }
}

/** Where a service that listens on a host can be spoken to from its own machine. */
export function serviceUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function isProblem(body: unknown): body is Problem {
  if (typeof body !== 'object' || body === null) return false;
  return 'code' in body && 'detail' in body && 'hint' in body && 'status' in body && typeof body.status === 'number';
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error);
}
