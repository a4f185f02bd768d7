import * as http from 'node:http';
import * as https from 'node:https';
import {
  type ArrivingTransfer,
  arrivingTransfer,
  errorText,
  missingAnswer,
  type PrepareTransfer,
  pieceAnswer,
  problem,
  type SealTransfer,
} from '@leadmaster/protocol';
import type { z } from 'zod';
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
  readonly #key: string;
  readonly #deadlines: PeerDeadlines;
  readonly #agent: http.Agent;

  /** @throws LeadMasterError `invalid_request` for an address that a login must not be sent to. */
  constructor(to: string, key: string, deadlines: Partial<PeerDeadlines> = {}) {
    this.origin = targetOrigin(to);
    this.#key = key;
    this.#deadlines = { ...DEADLINES, ...deadlines };
    const options = { keepAlive: true, maxSockets: 8 };
    this.#agent = this.origin.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
  }

  async look(id: string, signal: AbortSignal): Promise<ArrivingTransfer> {
    const text = await this.#request('GET', `/v1/transfers/${id}`, null, this.#deadlines.short, signal);
    return understood(text, arrivingTransfer, this.origin);
  }

  prepare(wanted: PrepareTransfer, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#json('POST', '/v1/transfers', wanted, arrivingTransfer, this.#deadlines.short, signal);
  }

  async missing(id: string, hashes: readonly string[], signal: AbortSignal): Promise<string[]> {
    const answer = await this.#json(
      ...(['POST', `/v1/transfers/${id}/missing`, { hashes }, missingAnswer, this.#deadlines.short, signal] as const),
    );
    return answer.missing;
  }

  async send(
    id: string,
    { sha256, offset, size, bytes }: { sha256: string; offset: number; size: number; bytes: Buffer },
    signal: AbortSignal,
  ): Promise<number> {
    const path = `/v1/transfers/${id}/blobs/${sha256}?offset=${offset}&size=${size}`;
    const body = { type: 'application/octet-stream', bytes };
    const text = await this.#request('PUT', path, body, this.#deadlines.piece, signal);
    return understood(text, pieceAnswer, this.origin).received;
  }

  seal(id: string, manifest: SealTransfer, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#json(
      ...(['POST', `/v1/transfers/${id}/seal`, manifest, arrivingTransfer, this.#deadlines.long, signal] as const),
    );
  }

  commit(id: string, signal: AbortSignal): Promise<ArrivingTransfer> {
    return this.#json(
      ...(['POST', `/v1/transfers/${id}/commit`, {}, arrivingTransfer, this.#deadlines.long, signal] as const),
    );
  }

  async abort(id: string, signal: AbortSignal): Promise<void> {
    await this.#request('DELETE', `/v1/transfers/${id}`, null, this.#deadlines.short, signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #json<T>(
    method: string,
    path: string,
    body: object,
    schema: z.ZodType<T>,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<T> {
    const bytes = Buffer.from(JSON.stringify(body));
    const text = await this.#request(method, path, { type: 'application/json', bytes }, withinMs, signal);
    return understood(text, schema, this.origin);
  }

  /** The text of a good answer. */
  async #request(
    method: string,
    path: string,
    body: { type: string; bytes: Buffer } | null,
    withinMs: number,
    signal: AbortSignal,
  ): Promise<string> {
    signal.throwIfAborted();
    const deadline = AbortSignal.timeout(withinMs);
    try {
      const { status, text } = await this.#exchange(method, path, body, AbortSignal.any([signal, deadline]));
      if (status >= 200 && status < 300) return text;
      throw refusal(status, text, this.origin);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PeerError) throw error;
      const why = deadline.aborted ? `no answer within ${withinMs / 1000} s` : errorText(error);
      throw new PeerError(
        `${this.origin} did not answer: ${why}`,
        { status: null, code: null, hint: 'See that the other manager runs and can be reached from here.' },
        error,
      );
    }
  }

  #exchange(
    method: string,
    path: string,
    body: { type: string; bytes: Buffer } | null,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    const { request } = this.origin.startsWith('https:') ? https : http;
    const headers = {
      authorization: `Bearer ${this.#key}`,
      accept: 'application/json',
      ...(body === null ? {} : { 'content-type': body.type, 'content-length': body.bytes.length }),
    };
    return new Promise((resolve, reject) => {
      const asking = request(`${this.origin}${path}`, { method, headers, agent: this.#agent, signal }, (answer) => {
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > ANSWER_MAX) answer.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('close', () => answer.complete || reject(new Error('the answer broke off')));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      asking.on('error', reject);
      asking.end(body?.bytes);
    });
  }
}

function understood<T>(text: string, schema: z.ZodType<T>, origin: string): T {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new PeerError(`What ${origin} answers is not understood`, { status: 200, code: null, hint: MAY_BE_OLD });
}

function refusal(status: number, text: string, origin: string): PeerError {
  const parsed = problem.loose().safeParse(parseJson(text));
  if (!parsed.success) {
    const what = status >= 300 && status < 400 ? 'leads elsewhere, which is not followed' : 'says no';
    return new PeerError(`${origin} ${what} (${status})`, { status, code: null, hint: MAY_BE_OLD });
  }
  const { code, detail, hint, type: _type, title: _title, status: _status, ...extra } = parsed.data;
  return new PeerError(`${origin} says: ${detail}`, { status, code, hint, extra });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
