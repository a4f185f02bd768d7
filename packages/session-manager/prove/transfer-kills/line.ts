import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one manager asks of the other, as it is seen on the line. */
export const STEPS = ['prepare', 'missing', 'piece', 'seal', 'commit'] as const;
export type Step = (typeof STEPS)[number];

/** Where something happens: before the other manager hears of a step, while it is at work, or when it has done it and its answer is lost. */
export interface Place {
  step: Step;
  /** Which of that kind, from 1. */
  count: number;
  when: 'before' | 'during' | 'after';
}

/** How long a manager has been at work when something happens during it. */
const DURING_MS = 15;

/** The line between two managers: it can be cut, and something can happen, at any step. */
export class Line implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: URL;
  #place: Place | null = null;
  #happen: () => void = () => undefined;
  #isCut = false;
  readonly #counts = new Map<Step, number>();

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((asked, answer) => void this.#pass(asked, answer));
  }

  static async to(target: string): Promise<Line> {
    const line = new Line(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often each step was asked since the last arming. */
  get counts(): ReadonlyMap<Step, number> {
    return this.#counts;
  }

  /** Has something happen at a place, once; null for nothing. */
  arm(place: Place | null, happen: () => void): void {
    this.#place = place;
    this.#happen = happen;
    this.#counts.clear();
    this.#isCut = false;
  }

  /** Nothing passes, and what is under way breaks off. */
  cut(): void {
    this.#isCut = true;
    this.#server.closeAllConnections();
  }

  /** It carries again, and nothing happens on it. */
  repair(): void {
    this.arm(null, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const step = stepOf(asked);
    const count = step === null ? 0 : (this.#counts.get(step) ?? 0) + 1;
    if (step !== null) this.#counts.set(step, count);
    const isHere = step !== null && this.#place?.step === step && this.#place.count === count;
    const when = isHere ? this.#place?.when : undefined;
    const body = await Array.fromAsync(asked).catch(() => null);
    if (when === 'before') this.#happen();
    if (this.#isCut || body === null) return void answer.destroy();
    if (when === 'during') setTimeout(() => this.#happen(), DURING_MS);
    const { host: _host, ...headers } = asked.headers;
    const { hostname, port } = this.#target;
    const passed = request({ hostname, port, path: asked.url, method: asked.method, headers, agent: false });
    passed.on('error', () => answer.destroy());
    passed.on('response', (reply) => {
      if (when === 'after') this.#happen();
      if (this.#isCut) return void answer.destroy();
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on('error', () => answer.destroy());
      reply.pipe(answer);
    });
    passed.end(Buffer.concat(body as Buffer[]));
  }
}

function stepOf({ method, url = '' }: IncomingMessage): Step | null {
  if (method === 'PUT') return 'piece';
  if (method !== 'POST') return null;
  if (url === '/v1/transfers') return 'prepare';
  return STEPS.find((step) => url.endsWith(`/${step}`)) ?? null;
}
