import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { Client, heldToContract } from '@leadmaster/client';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { anyOf } from '@leadmaster/service-kit/wait';

/** How often a machine is asked whether it lives, and how long it has to answer. Two misses in a row: it does not. */
const LOOK_MS = 1_500;
const ANSWER_MS = 1_500;
const MISSES = 2;
/** For a connection to be made. */
const CONNECT_MS = 3_000;

/** What a call ends with where the machine does not answer, or ends just now. */
const SILENCE: readonly string[] = ['service_unreachable', 'machine_unreachable', 'shutting_down'];

/** A request to a machine as it goes out. */
export interface Outgoing {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body?: string | Readable;
  signal: AbortSignal;
  /** Sent without the hub's token: the caller brought no key. */
  isKeyless?: boolean;
}

interface LinkOptions {
  name: string;
  url: string;
  token: string;
  onTurn?: () => void;
}

/** The hub's line to one session manager: keeps connections, and knows whether the machine lives. */
export class MachineLink {
  readonly name: string;
  readonly url: string;
  readonly client: Client;
  readonly #token: string;
  readonly #agent: http.Agent;
  readonly #timer: NodeJS.Timeout;
  readonly #onTurn: () => void;
  /** Aborts when the machine stops answering; another is made once it answers again. */
  #down = new AbortController();
  #misses = 0;
  #since = new Date();
  #silence: Silence | null = null;
  #isLooking = false;
  #hasAnswered = false;

  /** `onTurn`: hears each time that the machine stops answering, or answers again. */
  constructor({ name, url, token, onTurn = () => {} }: LinkOptions) {
    this.name = name;
    this.url = url;
    this.#token = token;
    this.#onTurn = onTurn;
    // What the hub stores, or takes as done, is held to the contract: something else may answer at that address.
    this.client = new Client({ url, key: () => token, check: heldToContract });
    const options = { keepAlive: true, maxFreeSockets: 32, keepAliveMsecs: 30_000 };
    this.#agent = new URL(url).protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  get isUp(): boolean {
    return !this.#down.signal.aborted;
  }

  /** Whether it has ever answered on this line: one that is just starting, or is away, counts as up until it was asked twice. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Whether its silence explains that a call failed: where that is told, a trace adds nothing. */
  explains(error: unknown): boolean {
    return !this.isUp || (error instanceof LeadMasterError && SILENCE.includes(error.code));
  }

  /** Since when it answers, or does not. */
  get since(): Date {
    return this.#since;
  }

  /** What the last try ended with, where the machine does not answer. */
  get silence(): Silence | null {
    return this.isUp ? null : this.#silence;
  }

  /** Aborts when the machine stops answering. */
  get down(): AbortSignal {
    return this.#down.signal;
  }

  /**
   * Sends a request and resolves once the head of the answer is here.
   *
   * @throws LeadMasterError `machine_unreachable`; the reason of the signal when that aborts.
   */
  async send({ method, target, headers, body, signal, isKeyless }: Outgoing): Promise<http.IncomingMessage> {
    if (!this.isUp) throw this.unreachable('it was silent when it was last asked', method, false);
    const both = anyOf(signal, this.#down.signal);
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = (this.url.startsWith('https:') ? https : http).request(new URL(target, this.url), {
      method,
      agent: this.#agent,
      headers: isKeyless === true ? headers : { ...headers, authorization: `Bearer ${this.#token}` },
      signal: both,
    });
    let isConnected = false;
    const late = setTimeout(() => request.destroy(new Error('no connection in time')), CONNECT_MS);
    const connected = (): void => {
      isConnected = true;
      clearTimeout(late);
    };
    request.on('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()));
    request.on('response', resolve);
    request.on('error', (error) => {
      clearTimeout(late);
      reject(signal.aborted ? signal.reason : this.unreachable(whyOf(error), method, isConnected));
    });
    if (body === undefined || typeof body === 'string') request.end(body);
    else {
      body.on('error', (error) => request.destroy(error));
      body.pipe(request);
    }
    return promise;
  }

  /** `mayBeDone`: the order had left, so that it may have been carried out. `why`: in words without an address: tenants read it. */
  unreachable(why: string, method: string, mayBeDone: boolean): LeadMasterError {
    const isOrder = method !== 'GET' && method !== 'HEAD';
    const detail = `The machine of the session does not answer: ${why}.`;
    return isOrder && mayBeDone
      ? new LeadMasterError(
          'machine_unreachable',
          `${detail} The order may have been carried out.`,
          'Look at the result once the machine answers; a message goes again safely with the same Idempotency-Key.',
        )
      : new LeadMasterError(
          'machine_unreachable',
          detail,
          'Nothing was changed. Ask again in a few seconds; its sessions run on without the hub.',
        );
  }

  close(): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
    this.#down.abort(this.unreachable('its line was closed', 'GET', false));
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.client.call('health', {}, { timeoutMs: ANSWER_MS });
      this.#misses = 0;
      this.#hasAnswered = true;
      if (this.isUp) return;
      this.#down = new AbortController();
      this.#since = new Date();
      this.#onTurn();
    } catch (error) {
      this.#miss(error);
    } finally {
      this.#isLooking = false;
    }
  }

  #miss(error: unknown): void {
    this.#misses += 1;
    this.#silence = {
      code: error instanceof LeadMasterError ? error.code : 'internal',
      detail: errorText(error),
    };
    if (this.#misses < MISSES || !this.isUp) return;
    this.#since = new Date();
    this.#down.abort(this.unreachable('it is silent', 'GET', false));
    this.#onTurn();
  }
}

/** Why a machine does not answer: for the operator, since it may have an address in it. */
export interface Silence {
  code: string;
  detail: string;
}

/** What the system or the reader of HTTP calls the failure: its sentence has the address of the machine in it. */
function whyOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'the connection failed';
}
